import java.awt.image.BufferedImage;
import java.io.File;
import java.util.Map;
import javax.imageio.ImageIO;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Draws samples of an exported model with TensorFlow Java alone; no Couplet is on the class path.
 *
 * <pre>java -cp 'tensorflow/*' SampleWithTensorFlow.java MODEL SEED COUNT SAMPLES.png</pre>
 */
final class SampleWithTensorFlow {
  public static void main(String[] arguments) throws Exception {
    try (SavedModelBundle model = SavedModelBundle.load(arguments[0], "serve");
        TInt64 seed = TInt64.scalarOf(Long.parseLong(arguments[1]));
        TInt64 count = TInt64.scalarOf(Long.parseLong(arguments[2]));
        TFloat32 sigmas = TFloat32.tensorOf(Shape.of(0)); // One step; (80, 0.821) for two.
        Result samples =
            model
                .function("sample")
                .call(Map.of("seed", seed, "count", count, "sigmas", sigmas))) {
      TUint8 images = (TUint8) samples.get("images").orElseThrow(); // [count, height, width, 3]
      ImageIO.write(column(images), "png", new File(arguments[3]));
    }
  }

  private static BufferedImage column(TUint8 images) {
    int height = (int) images.shape().get(1);
    int width = (int) images.shape().get(2);
    int rows = (int) images.shape().get(0) * height;
    BufferedImage column = new BufferedImage(width, rows, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int channel = 0; channel < 3; channel++) {
          rgb = rgb << 8 | images.getByte(y / height, y % height, x, channel) & 0xff;
        }
        column.setRGB(x, y, rgb);
      }
    }
    return column;
  }
}
