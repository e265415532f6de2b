import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Draws samples of an exported model with the TensorFlow engine of Deep Java Library.
 *
 * <pre>java -cp 'djl/*' SampleWithDjl.java MODEL SEED COUNT SAMPLES.png</pre>
 */
final class SampleWithDjl {
  public static void main(String[] arguments) throws Exception {
    Criteria<NDList, NDList> criteria =
        Criteria.builder()
            .setTypes(NDList.class, NDList.class)
            .optEngine("TensorFlow")
            .optModelPath(Path.of(arguments[0]))
            .optOption("Tags", "serve")
            .optOption("SignatureDefKey", "sample")
            .build();
    try (ZooModel<NDList, NDList> model = criteria.loadModel();
        Predictor<NDList, NDList> predictor = model.newPredictor();
        NDManager manager = NDManager.newBaseManager()) {
      NDArray seed = manager.create(Long.parseLong(arguments[1]));
      NDArray count = manager.create(Long.parseLong(arguments[2]));
      NDArray sigmas = manager.create(new float[0], new Shape(0)); // One step; {80, 0.821} for two.
      seed.setName("seed");
      count.setName("count");
      sigmas.setName("sigmas");
      NDList samples = predictor.predict(new NDList(seed, count, sigmas));
      ImageIO.write(column(samples.get("images")), "png", new File(arguments[3]));
    }
  }

  // [count, height, width, 3]
  private static BufferedImage column(NDArray images) {
    byte[] bytes = images.toByteArray();
    int width = (int) images.getShape().get(2);
    int rows = bytes.length / 3 / width;
    BufferedImage column = new BufferedImage(width, rows, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * rows; i++) {
      int rgb = (bytes[3 * i] & 0xff) << 16 | (bytes[3 * i + 1] & 0xff) << 8 | bytes[3 * i + 2] & 0xff;
      column.setRGB(i % width, i / width, rgb);
    }
    return column;
  }
}
