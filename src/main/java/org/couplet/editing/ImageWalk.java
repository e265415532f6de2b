package org.couplet.editing;

import java.util.ArrayList;
import java.util.List;
import org.couplet.contract.Contract;
import org.couplet.program.SamplingProgram;
import org.couplet.program.SamplingProgram.Start;
import org.couplet.sampling.Movie;
import org.couplet.sampling.NoiseWalk;

/**
 * The way from one image to another: at each place between them the images are mixed, get noise of
 * the first level, and the model makes a likely image of that. The noise goes from one seed's to
 * another's on a sphere, which keeps its length.
 *
 * @param editor that makes the frames, with {@link Edit.Stroke}
 * @param seed of the first image's noise
 * @param toSeed of the last image's noise
 * @param frames at least 2
 */
public record ImageWalk(Editor editor, long seed, long toSeed, int frames) {
  /**
   * Makes the frames; the first and the last are {@code edit stroke} of the images.
   *
   * @param from [height, width, channels], 0..255
   * @param to the same
   * @param beforeEach run before each batch; may end it with an exception
   */
  public Movie between(byte[] from, byte[] to, Runnable beforeEach) {
    SamplingProgram program = editor.program();
    float[] first = PixelValues.toModel(from);
    float[] last = PixelValues.toModel(to);
    Movie.requireFew(frames, 1, program.elementShape());
    byte[] walk = new byte[frames * first.length];
    for (int frame = 0; frame < frames; frame += Contract.SAMPLES_AT_ONCE) {
      beforeEach.run();
      int count = Math.min(Contract.SAMPLES_AT_ONCE, frames - frame);
      double[] places = NoiseWalk.places(frame, count, frames);
      Start start = new NoiseWalk(program.start(seed, 0, 1), program.start(toSeed, 0, 1), places);
      List<Edit.Task> tasks = new ArrayList<>();
      for (double place : places) {
        tasks.add(new Edit.Task(mixed(first, last, place), KnownPart.nothing(first.length)));
      }
      List<float[]> made = editor.run(tasks, start);
      for (int i = 0; i < count; i++) {
        byte[] pixels = PixelValues.fromModel(made.get(i));
        System.arraycopy(pixels, 0, walk, (frame + i) * pixels.length, pixels.length);
      }
    }
    return new Movie(new byte[][] {walk}, frames, program.elementShape());
  }

  private static float[] mixed(float[] from, float[] to, double place) {
    float[] mixed = new float[from.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) ((1 - place) * from[i] + place * to[i]);
    }
    return mixed;
  }
}
