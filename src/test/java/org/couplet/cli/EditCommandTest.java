package org.couplet.cli;

import static org.couplet.Refusal.assertArgumentRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.Generator;
import org.couplet.ImageEdit;
import org.couplet.Npz;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** {@code couplet edit} on tiny models of 8 x 8 images, against plain loops over arrays. */
@Tag("long")
class EditCommandTest {
  private static final int SIDE = 8;
  private static final int SIZE = SIDE * SIDE * 3;
  private static final double[] BRIGHTNESS = {0.299, 0.587, 0.114};

  @TempDir private static Path shared = Path.of("");
  private static final Random RANDOM = new Random(1);

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void trainAndDraw() throws IOException {
    export(SmallExperiments.FLAT_UNET, "model");
    export(SmallExperiments.score(SmallExperiments.FLAT_UNET), "score");
    export(
        SmallExperiments.FLAT_UNET.replace("consistency {", "consistency { process { bridge {} }"),
        "bridge");
    export(SmallExperiments.GAUSSIANS, "points");
    for (String name : List.of("a.png", "b.png", "sub/c.png")) {
      picture(shared.resolve("images").resolve(name), SIDE, (x, y) -> RANDOM.nextInt());
      // Each mask another one.
      picture(
          shared.resolve("masks").resolve(name),
          SIDE,
          (x, y) -> RANDOM.nextBoolean() ? 0xffffff : 0);
      picture(shared.resolve("small").resolve(name), SIDE / 4, (x, y) -> RANDOM.nextInt());
    }
    picture(shared.resolve("black.png"), SIDE, (x, y) -> 0);
    picture(shared.resolve("mask.png"), SIDE, (x, y) -> x < 4 ? 0xffffff : 0);
    picture(shared.resolve("large.png"), 2 * SIDE, (x, y) -> 0xffffff);
    Files.createDirectories(shared.resolve("empty"));
  }

  private static void export(String text, String name) throws IOException {
    Path run = shared.resolve(name + "-run");
    Path config = SmallExperiments.write(shared, text);
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 2);
    CommandRun.done("export", "--run", run, "--output", shared.resolve(name));
  }

  private interface Colour {
    int at(int x, int y);
  }

  private static void picture(Path file, int side, Colour colour) throws IOException {
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      picture.setRGB(i % side, i / side, colour.at(i % side, i / side));
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    ImageIO.write(picture, "png", file.toFile());
  }

  private static int[] pixels(Path file) throws IOException {
    BufferedImage picture = ImageIO.read(file.toFile());
    int width = picture.getWidth();
    int[] pixels = new int[width * picture.getHeight() * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = picture.getRGB(i / 3 % width, i / 3 / width) >> (8 * (2 - i % 3)) & 0xff;
    }
    return pixels;
  }

  private CommandRun run(String line) {
    return CommandRun.of(words(line));
  }

  private CommandRun done(String line) {
    return CommandRun.done(words(line));
  }

  private Object[] words(String line) {
    return ("edit " + line.replace("S/", shared + "/").replace("T/", folder + "/")).split(" ", -1);
  }

  private double[] values(String line) {
    done(line + " --output T/edited.npz --overwrite");
    Npz.Array array = Npz.get(Npz.read(folder.resolve("edited.npz")), "arr_0");
    assertArrayEquals(new int[] {SIDE, SIDE, 3}, Arrays.copyOfRange(array.shape(), 1, 4));
    return array.doubles();
  }

  @Test
  void knownPixelsStayBitForBit() throws IOException {
    done("inpaint --model S/model --from S/images --mask S/masks --steps 2 --output T/edited/");
    for (String name : List.of("a.png", "b.png", "sub/c.png")) {
      int[] given = pixels(shared.resolve("images").resolve(name));
      int[] mask = pixels(shared.resolve("masks").resolve(name));
      int[] edited = pixels(folder.resolve("edited").resolve(name));
      int changed = 0;
      for (int i = 0; i < SIZE; i++) {
        if (mask[i] == 0) {
          assertEquals(given[i], edited[i]);
        } else {
          changed += given[i] == edited[i] ? 0 : 1;
        }
      }
      assertTrue(changed > SIZE / 4, "changed: " + changed);
    }
  }

  @Test
  void inpaintingIsAlgorithm4() throws IOException {
    double[] edited =
        values(
            "inpaint --model S/model --from S/images --mask S/mask.png --sigmas 80,5,0.3 --seed 9");
    double[] expected = new double[3 * SIZE];
    double[] known = new double[expected.length];
    int row = 0;
    for (String name : List.of("a.png", "b.png", "sub/c.png")) {
      int[] given = pixels(shared.resolve("images").resolve(name));
      for (int i = 0; i < SIZE; i++, row++) {
        known[row] = isHole(i) ? 0 : given[i] / 127.5 - 1;
        expected[row] = known[row];
      }
    }
    try (SavedModelBundle bundle = SavedModelBundle.load(shared.resolve("model") + "", "serve")) {
      double[] sigmas = {80, 5, 0.3};
      for (int step = 0; step < sigmas.length; step++) {
        expected = refined(bundle, expected, sigmas[step], 9, step);
        for (int i = 0; i < expected.length; i++) {
          expected[i] = isHole(i) ? expected[i] : known[i];
        }
      }
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(Math.max(-1, Math.min(1, expected[i])), edited[i], 1e-5);
    }
  }

  private static boolean isHole(int value) {
    return value / 3 % SIDE < 4;
  }

  private static double[] refined(
      SavedModelBundle bundle, double[] images, double sigma, long seed, long step) {
    int rows = images.length / SIZE;
    TFloat32 before = TFloat32.tensorOf(Shape.of(rows, SIDE, SIDE, 3));
    float[] floats = new float[images.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) images[i];
    }
    before.asRawTensor().data().asFloats().write(floats);
    try (before;
        TInt64 seedOf = TInt64.scalarOf(seed);
        TInt64 draw = TInt64.scalarOf(step);
        TInt64 first = TInt64.scalarOf(0);
        TInt64 count = TInt64.scalarOf(rows);
        Result noise =
            bundle
                .function("noise")
                .call(Map.of("seed", seedOf, "draw", draw, "first", first, "count", count));
        TFloat32 level = TFloat32.scalarOf((float) sigma)) {
      return called(
          bundle, "refine", Map.of("x_hat", before, "noise", (TType) noise.get(0), "sigma", level));
    }
  }

  private static double[] called(
      SavedModelBundle bundle, String signature, Map<String, ? extends TType> inputs) {
    Map<String, org.tensorflow.Tensor> given = Map.copyOf(inputs);
    try (Result result = bundle.function(signature).call(given)) {
      TFloat32 made = (TFloat32) result.get("x_hat").orElseThrow();
      float[] floats = new float[(int) made.size()];
      made.asRawTensor().data().asFloats().read(floats);
      double[] doubles = new double[floats.length];
      Arrays.setAll(doubles, i -> floats[i]);
      return doubles;
    }
  }

  @Test
  void theBrightnessOfAColouredImageStays() throws IOException {
    for (String model : List.of("model", "bridge")) {
      double[] edited = values("colorize --model S/" + model + " --from S/images --steps 2");
      int row = 0;
      double most = 0;
      for (String name : List.of("a.png", "b.png", "sub/c.png")) {
        int[] given = pixels(shared.resolve("images").resolve(name));
        for (int pixel = 0; pixel < SIDE * SIDE; pixel++, row += 3) {
          double grey = 0;
          double made = 0;
          for (int i = 0; i < 3; i++) {
            grey += BRIGHTNESS[i] * given[3 * pixel + i];
            made += BRIGHTNESS[i] * edited[row + i];
            assertTrue(Math.abs(edited[row + i]) <= 1);
            most = Math.max(most, Math.abs(edited[row + i] - edited[row]));
          }
          assertEquals(Math.floor(grey + 0.5) / 127.5 - 1, made, 1e-5);
        }
      }
      assertTrue(most > 0.1, "there are colours");
    }
  }

  @Test
  void theBlockMeansOfAnUpscaledImageStay() throws IOException {
    double[] edited = values("upscale --model S/model --from S/small --factor 4 --steps 2");
    int image = 0;
    for (String name : List.of("a.png", "b.png", "sub/c.png")) {
      int[] given = pixels(shared.resolve("small").resolve(name));
      for (int i = 0; i < given.length; i++) {
        int top = i / 6 * 4;
        int left = i / 3 % 2 * 4;
        double sum = 0;
        for (int pixel = 0; pixel < 16; pixel++) {
          sum += edited[image * SIZE + ((top + pixel / 4) * SIDE + left + pixel % 4) * 3 + i % 3];
        }
        assertEquals(given[i] / 127.5 - 1, sum / 16, 1e-5);
      }
      image++;
    }
  }

  @Test
  void denoisingIsTheModelsFunction() throws IOException {
    double[] edited = values("denoise --model S/score --from S/images --sigma 0.5");
    double[] points = given();
    try (SavedModelBundle bundle = SavedModelBundle.load(shared.resolve("score") + "", "serve");
        TFloat32 rows = tensor(points);
        TFloat32 sigma = TFloat32.vectorOf(0.5f, 0.5f, 0.5f)) {
      double[] expected = called(bundle, "serving_default", Map.of("points", rows, "sigma", sigma));
      assertClipped(expected, edited);
    }
    // At sigma_max a consistency model's default signature is f(sigma_max z, sigma_max).
    edited = values("denoise --model S/model --from S/images --sigma 80");
    try (SavedModelBundle bundle = SavedModelBundle.load(shared.resolve("model") + "", "serve");
        TFloat32 rows = tensor(Arrays.stream(points).map(x -> x / 80).toArray())) {
      assertClipped(called(bundle, "serving_default", Map.of("noise", rows)), edited);
    }
  }

  private static double[] given() throws IOException {
    double[] all = new double[3 * SIZE];
    int next = 0;
    for (String name : List.of("a.png", "b.png", "sub/c.png")) {
      for (int pixel : pixels(shared.resolve("images").resolve(name))) {
        all[next++] = pixel / 127.5 - 1;
      }
    }
    return all;
  }

  private static TFloat32 tensor(double[] values) {
    TFloat32 tensor = TFloat32.tensorOf(Shape.of(values.length / SIZE, SIDE, SIDE, 3));
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    tensor.asRawTensor().data().asFloats().write(floats);
    return tensor;
  }

  private static void assertClipped(double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(Math.max(-1, Math.min(1, expected[i])), actual[i], 1e-4);
    }
  }

  @Test
  void anImagesEditDependsOnItsNumberAndTheSeedOnly() throws IOException {
    byte[] images = new byte[103 * SIZE];
    RANDOM.nextBytes(images);
    try (NpyWriter out = new NpyWriter(folder.resolve("a.npy"), Shape.of(SIDE, SIDE, 3))) {
      for (int i = 0; i < 103; i++) {
        out.write(Arrays.copyOfRange(images, i * SIZE, (i + 1) * SIZE));
      }
    }
    String line = "stroke --model S/model --from T/a.npy --sigma 2 --steps 2";
    double[] all = values(line);
    assertEquals(103 * SIZE, all.length);
    assertArrayEquals(Arrays.copyOf(all, 7 * SIZE), values(line + " --count 7"), 1e-5);
    assertArrayEquals(all, values(line));
    assertFalse(Arrays.equals(all, values(line + " --seed 1")));
    done(line + " --count 7 --output T/numbered/");
    assertEquals(List.of(7L), List.of(files(folder.resolve("numbered"))));
    int[] last = pixels(folder.resolve("numbered/000006.png"));
    for (int i = 0; i < SIZE; i++) {
      assertEquals(Math.floor((all[6 * SIZE + i] + 1) * 127.5 + 0.5), last[i], 1);
    }
  }

  private static long files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void theApisEditsAreThoseOfTheCommand() throws IOException {
    float[] images = floats(given());
    boolean[] mask = new boolean[SIDE * SIDE];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % SIDE < 4;
    }
    float[] greys = new float[images.length / 3];
    for (int i = 0; i < greys.length; i++) {
      greys[i] = images[3 * i];
      images[3 * i + 1] = greys[i];
      images[3 * i + 2] = greys[i];
    }
    byte[] bytes = new byte[images.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round((images[i] + 1) * 127.5);
    }
    try (NpyWriter out = new NpyWriter(folder.resolve("g.npy"), Shape.of(SIDE, SIDE, 3))) {
      for (int i = 0; i < 3; i++) {
        out.write(Arrays.copyOfRange(bytes, i * SIZE, (i + 1) * SIZE));
      }
    }
    try (Generator model = Generator.load(shared.resolve("model"));
        Generator score = Generator.load(shared.resolve("score"))) {
      assertMade(
          model.edit(ImageEdit.inpaint(mask), images, 5, 80, 2),
          "inpaint --mask S/mask.png --sigmas 80,2 --seed 5 --model S/model --from T/g.npy");
      assertMade(
          model.edit(ImageEdit.colorize(), greys, 5, 80, 2),
          "colorize --sigmas 80,2 --seed 5 --model S/model --from T/g.npy");
      assertMade(
          model.edit(ImageEdit.stroke(), images, 5, model.levels(2.0, 3)),
          "stroke --sigma 2 --steps 3 --seed 5 --model S/model --from T/g.npy");
      assertMade(
          score.edit(ImageEdit.denoise(), images, 0, 0.5),
          "denoise --sigma 0.5 --model S/score --from T/g.npy");
      float[] small = Arrays.copyOf(images, 2 * 2 * 3);
      float[] large = model.edit(ImageEdit.upscale(4), small, 0, 80);
      assertEquals(SIZE, large.length);
      float sum = 0;
      for (int i = 0; i < 16; i++) {
        sum += large[(i / 4 * SIDE + i % 4) * 3];
      }
      assertEquals(small[0], sum / 16, 1e-5);

      assertArgumentRefused(() -> model.edit(ImageEdit.stroke(), images, 0), "sigmas", "missing");
      assertArgumentRefused(
          () -> model.edit(ImageEdit.stroke(), new float[1], 0, 2), "images", "8 x 8 x 3");
      assertArgumentRefused(
          () -> model.edit(ImageEdit.stroke(), filled(2), 0, 2), "images", "[-1, 1]");
      assertArgumentRefused(
          () -> model.edit(ImageEdit.inpaint(new boolean[7]), images, 0), "mask", "7 values");
      boolean[] two = new boolean[2 * SIDE * SIDE];
      assertArgumentRefused(
          () -> model.edit(ImageEdit.inpaint(two), images, 0), "mask", "128 values");
      assertArgumentRefused(
          () -> model.edit(ImageEdit.denoise(), filled(Float.NaN), 0, 2), "NaN is not finite");
      assertArgumentRefused(
          () -> model.edit(ImageEdit.upscale(3), images, 0), "factor", "does not divide");
      assertArgumentRefused(() -> ImageEdit.upscale(1), "factor", "at least 2");
      assertArgumentRefused(
          () -> score.edit(ImageEdit.stroke(), images, 0, 2), "edit stroke", "consistency model");
      assertArgumentRefused(() -> model.levels(81.0, 2), "sigma", "80");
    }
  }

  private static float[] filled(float value) {
    float[] image = new float[SIZE];
    Arrays.fill(image, value);
    return image;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private void assertMade(float[] edited, String line) {
    double[] expected = values(line);
    assertEquals(expected.length, edited.length);
    for (int i = 0; i < edited.length; i++) {
      assertEquals(expected[i], edited[i], 1e-5, line);
    }
  }

  @Test
  void aWalkBeginsAndEndsAtTheStrokesOfItsImages() throws IOException {
    String model = " --model S/model --sigma 5";
    done(
        "interpolate --from S/images/a.png --to S/images/b.png --frames 3 --seed 4 --to-seed 6"
            + model
            + " --output T/frames/");
    done("stroke --from S/images/a.png --seed 4 --output T/first.png" + model);
    done("stroke --from S/images/b.png --seed 6 --output T/last.png" + model);
    assertArrayEquals(pixels(folder.resolve("first.png")), shrunk("frames/000000.png"));
    assertArrayEquals(pixels(folder.resolve("last.png")), shrunk("frames/000002.png"));
    done(
        "interpolate --from S/images/a.png --to S/images/b.png --frames 3 --output T/a.gif"
            + model);
  }

  // Frames are magnified by eight.
  private int[] shrunk(String name) throws IOException {
    int[] large = pixels(folder.resolve(name));
    int[] small = new int[SIZE];
    for (int i = 0; i < SIZE; i++) {
      int pixel = i / 3;
      small[i] = large[(pixel / SIDE * 8 * 64 + pixel % SIDE * 8) * 3 + i % 3];
    }
    return small;
  }

  @Test
  void imagesOfOtherSizesAreFittedWhereAskedFor() throws IOException {
    done(
        "inpaint --model S/model --from S/large.png --mask S/mask.png --steps 1 --fit"
            + " --output T/fitted.png --sheet T/sheet.png");
    int[] fitted = pixels(folder.resolve("fitted.png"));
    for (int i = 0; i < SIZE; i++) {
      assertTrue(isHole(i) || fitted[i] == 255);
    }
    assertTrue(ImageIO.read(folder.resolve("sheet.png").toFile()).getHeight() > 2 * 64);
  }

  @Test
  void onlyEditsAreReplaced() throws IOException {
    String line = "stroke --model S/model --from S/images --sigma 1 --output T/edited/";
    done(line);
    assertRefused(line, "edited: already exists");
    done(line + " --overwrite");
    Path own = Files.createFile(folder.resolve("edited/sub/own.txt"));
    assertRefused(line + " --overwrite", "edited: holds sub/own.txt, which this command");
    assertTrue(Files.exists(own));
  }

  @Test
  void filesThatAreNoPicturesAreLeftOutAndCounted() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Files.copy(shared.resolve("black.png"), images.resolve("a.png"));
    Files.writeString(images.resolve("a-note.txt"), "of the pictures");
    Files.writeString(images.resolve(".DS_Store"), "hidden");
    CommandRun done =
        run("stroke --model S/model --from T/images --sigma 1 --steps 1 --output T/edited.png");
    assertEquals(ExitCode.DONE, done.code(), done.toString());
    String left = images + ": 1 of 2 files left out, no pictures: a-note.txt";
    assertTrue(done.err().contains(left), done.err());
    Files.delete(images.resolve("a.png"));
    assertRefused(
        "stroke --model S/model --from T/images --sigma 1 --output T/other.png",
        images + ": holds no picture; it has a-note.txt");
    // A photograph is not passed over.
    Files.delete(images.resolve("a-note.txt"));
    Files.writeString(images.resolve("photo.heic"), "\0\0\0\30ftypheic");
    assertRefused(
        "stroke --model S/model --from T/images --sigma 1 --output T/other.png",
        "photo.heic: a HEIC picture, which is not read; remove it");
  }

  @Test
  void aSizeSaysWhichSideIsTheHeight() throws IOException {
    Path wide = folder.resolve("wide.png");
    ImageIO.write(new BufferedImage(12, 8, BufferedImage.TYPE_INT_RGB), "png", wide.toFile());
    assertRefused(
        "stroke --model S/model --from T/wide.png --sigma 1 --output T/e.png",
        "is 8 x 12 pixels (height x width), not 8 x 8; resize it");
  }

  @Test
  void namesInArchivesLeadNowhereElse() throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("a.zip"));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("x/../../a.png"));
      zip.write(Files.readAllBytes(shared.resolve("black.png")));
    }
    assertRefused(
        "stroke --model S/model --from T/a.zip --sigma 1 --output T/edited/", "leads elsewhere");
  }

  private void assertRefused(String line, String named) {
    CommandRun refused = run(line);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    List<String> said = new ArrayList<>(refused.err().lines().toList());
    said.removeIf(one -> one.endsWith("..."));
    assertEquals(1, said.size(), refused.err());
    assertTrue(refused.err().contains(named), refused.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--run|name an edit: inpaint, colorize",
        "--model S/model stroke --sigma 1|the edit's name comes first: couplet edit stroke --model S/model --sigma 1",
        "--model stroke|name an edit: inpaint, colorize",
        "inpant|there is no edit 'inpant'; did you mean inpaint?",
        "inpaint --model S/model --from S/images --output T/e/|--mask is missing",
        "inpaint --model S/model --from S/images --mask S/none.png --output T/e/|S/none.png: no such",
        "inpaint --model S/model --from S/images --mask S/empty --output T/e/|has no mask a.png",
        "inpaint --model S/model --from S/images --mask S/black.png --output T/e/|nothing is white",
        "inpaint --model S/model --from S/images --mask S/large.png --output T/e/|is 16 x 16 pixels",
        "inpaint --model S/model --from S/large.png --mask S/mask.png --output T/e.png|edit: S/large.png: is 16 x 16 pixels, not 8 x 8",
        "inpaint --model S/model --from S/empty --mask S/mask.png --output T/e/|no images found",
        "inpaint --model S/model --from S/none --mask S/mask.png --output T/e/|no such file",
        "inpaint --model S/model --from S/images --mask S/mask.png --output T/e.jpg|give NAME.png",
        "inpaint --model S/model --from S/images --mask S/mask.png --output T/e.png|is one picture",
        "inpaint --model S/model --from S/images --mask S/mask.png --output S/images/e/|is where the",
        "stroke --model S/model --from S/images/a.png --sigma 1 --overwrite --output S/images/|is where",
        "stroke --model S/model --from S/black.png --sigma 1 --output T/a.png --sheet T/a.png|--sheet:",
        "inpaint --model S/model --from S/images --mask S/experiment.textproto --output T/e/|--mask",
        "inpaint --model S/model --from S/images --mask S/mask.png --sigma 1 --output T/e/|--sigma:",
        "inpaint --model S/model --from S/images --mask S/mask.png --steps 0 --output T/e/|--steps",
        "inpaint --model S/model --from S/images --mask S/mask.png --sigmas 8 --output T/e/|--sigmas",
        "inpaint --model S/score --from S/images --mask S/mask.png --output T/e/|score model",
        "inpaint --model S/points --from S/images --mask S/mask.png --output T/e/|makes points",
        "inpaint --model S/none --from S/images --mask S/mask.png --output T/e/|S/none",
        "upscale --model S/model --from S/small --output T/e/|--factor is missing",
        "upscale --model S/model --from S/small --factor 3 --output T/e/|--factor: 3 does not divide",
        "upscale --model S/model --from S/small --factor 2 --output T/e/|is 2 x 2 pixels, not 4 x 4",
        "stroke --model S/model --from S/images --output T/e/|give either --sigma",
        "stroke --model S/model --from S/images --sigma 0.001 --output T/e/|--sigma: 0.001",
        "stroke --model S/model --from S/images --sigma 81 --output T/e/|--sigma: 81",
        "stroke --model S/model --from S/images --sigma 2 --steps 101 --output T/e/|--steps",
        "denoise --model S/model --from S/images --sigmas 2,3 --output T/e/|--sigmas: 3.0",
        "denoise --model S/model --from S/images --sigma 2 --class cat --output T/e/|has no classes",
        "denoise --model S/score --from S/images --sigma 2 --steps 2 --output T/e/|in one step",
        "denoise --model S/score --from S/images --sigmas 2,1 --output T/e/|in one step",
        "interpolate --model S/model --from S/mask.png --sigma 2 --output T/a.gif|--to is missing",
        "interpolate --model S/model --from S/images --to S/mask.png --sigma 2 --output T/a.gif|has 3",
        "interpolate --model S/model --from S/mask.png --to S/mask.png --sigma 2 --output T/a.npz|give",
      })
  void whatCanNotBeDoneIsRefused(String line, String named) throws IOException {
    assertRefused(line, named.replace("S/", shared + "/"));
    assertEquals(0, files(folder));
  }

  /** The model's weights are damaged, which is found out when it is loaded. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inpaint --from S/images --mask S/mask.png --steps 1|variables",
        "inpaint --from S/images --mask S/black.png|nothing is white",
        "inpaint --from S/images --mask S/large.png|is 16 x 16 pixels",
        "stroke --from S/large.png --sigma 1|large.png: is 16 x 16 pixels, not 8 x 8",
        "stroke --from S/experiment.textproto --sigma 1|experiment.textproto",
        "stroke --from S/images --sigma 2 --steps 101|--steps: '101'",
        "upscale --from S/small --factor 3|--factor: 3 does not divide",
        "interpolate --from S/mask.png --to S/large.png --sigma 1|large.png: is 16 x 16",
        "interpolate --from S/mask.png --to S/mask.png --sigma 1 --to-seed x|--to-seed",
      })
  void imagesAreRefusedBeforeTheModelIsLoaded(String line, String named) throws IOException {
    Path model = folder.resolve("model");
    FolderContents.copy(shared.resolve("model"), model);
    try (var weights = Files.list(model.resolve("variables"))) {
      for (Path file : weights.toList()) {
        Files.writeString(file, "");
      }
    }
    assertRefused(line + " --model T/model --output T/e/", named);
    assertEquals(1, files(folder));
  }

  @Test
  void aModelWithoutWeightsIsRefused() throws IOException {
    Path model = folder.resolve("model");
    FolderContents.copy(shared.resolve("model"), model);
    Files.delete(model.resolve("variables/variables.index"));
    assertRefused(
        "stroke --from S/images --sigma 1 --model T/model --output T/e/",
        "variables.index: no such file, so the SavedModel has no weights");
    assertEquals(1, files(folder));
  }

  @Test
  void tooManyFramesAreRefusedBeforeTheModelIsLoaded() {
    CommandRun refused =
        CommandRun.of(
            "sample",
            "--model",
            shared.resolve("model"),
            "--interpolate",
            "1,2",
            "--frames",
            10_000,
            "--count",
            3,
            "--output",
            folder.resolve("m.gif"));
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    assertTrue(
        refused.err().startsWith("couplet sample: --frames: 30000 images of 8 x 8 are too many"),
        refused.err());
  }
}
