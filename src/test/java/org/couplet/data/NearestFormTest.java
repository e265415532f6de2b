package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.couplet.data.DrawnForm.Form;
import org.junit.jupiter.api.Test;

class NearestFormTest {
  private static final int SIDE = 16;
  private static final int TRIED = 40;

  // Not of the training images' stream.
  private static DrawnForm heldOut(int index) {
    return DrawnForm.random(new KeyedRandom(1, index));
  }

  @Test
  void aDrawnFormIsFoundAgain() {
    for (int i = 0; i < TRIED; i++) {
      DrawnForm drawn = heldOut(i);
      NearestForm found = NearestForm.of(drawn.draw(SIDE), SIDE);
      String where = drawn + " found as " + found;
      assertTrue(found.distance() < 0.01, where);
      assertEquals(drawn.form(), found.form().form(), where);
      assertEquals(drawn.hue(), found.form().hue(), 1e-9, where);
      assertEquals(drawn.centreX(), found.form().centreX(), 0.02, where);
      assertEquals(drawn.centreY(), found.form().centreY(), 0.02, where);
      assertEquals(drawn.radius(), found.form().radius(), 0.02, where);
    }
  }

  @Test
  void theDistanceIsThatOfTheFoundPicture() {
    byte[] image = heldOut(0).draw(SIDE);
    for (Form form : Form.values()) {
      NearestForm found = NearestForm.of(image, SIDE, form);
      byte[] nearest = found.form().draw(SIDE);
      double sum = 0;
      for (int i = 0; i < image.length; i++) {
        double apart = (Byte.toUnsignedInt(image[i]) - Byte.toUnsignedInt(nearest[i])) / 255.0;
        sum += apart * apart;
      }
      // The drawn picture is rounded to whole 255ths.
      assertEquals(Math.sqrt(sum / image.length), found.distance(), 1.0 / 255);
    }
  }

  @Test
  void faintNoiseIsCleanAndStrongNoiseIsNot() {
    for (int i = 0; i < TRIED; i++) {
      byte[] image = heldOut(i).draw(SIDE);
      assertTrue(NearestForm.of(noisy(image, 0.04, i), SIDE).isClean());
      assertFalse(NearestForm.of(noisy(image, 0.1, i), SIDE).isClean());
    }
  }

  @Test
  void aFormOfTwoColoursIsNotClean() {
    for (int i = 0; i < TRIED; i++) {
      DrawnForm one = heldOut(i);
      DrawnForm other =
          new DrawnForm(
              one.form(),
              one.centreX(),
              one.centreY(),
              one.radius(),
              one.hue() + 1.0 / DrawnForm.HUES,
              one.value(),
              one.groundHue(),
              one.groundValue());
      byte[] image = one.draw(SIDE);
      // The neighbouring hue below the centre.
      int below = (int) Math.round(one.centreY() * SIDE) * SIDE * DrawnForm.CHANNELS;
      System.arraycopy(other.draw(SIDE), below, image, below, image.length - below);
      NearestForm found = NearestForm.of(image, SIDE);
      assertFalse(found.isClean(), one + " in two colours: " + found.distance());
    }
  }

  @Test
  void twoFormsAndNoFormAreNotClean() {
    byte[] ground = new byte[SIDE * SIDE * DrawnForm.CHANNELS];
    assertFalse(NearestForm.of(ground, SIDE).isClean());
    assertFalse(NearestForm.of(noisy(ground, 1, 0), SIDE).isClean());
    DrawnForm left = new DrawnForm(Form.DISC, 0.25, 0.5, 0.2, 0, 1, 0.5, 0.2);
    DrawnForm right = new DrawnForm(Form.DISC, 0.75, 0.5, 0.2, 0, 1, 0.5, 0.2);
    byte[] both = left.draw(SIDE);
    byte[] second = right.draw(SIDE);
    for (int i = 0; i < both.length; i++) {
      if (i / DrawnForm.CHANNELS % SIDE >= SIDE / 2) {
        both[i] = second[i];
      }
    }
    assertFalse(NearestForm.of(both, SIDE).isClean());
  }

  private static byte[] noisy(byte[] image, double deviation, long seed) {
    KeyedRandom random = new KeyedRandom(seed, 7);
    byte[] noisy = new byte[image.length];
    for (int i = 0; i < image.length; i++) {
      double value = Byte.toUnsignedInt(image[i]) + 255 * deviation * random.nextGaussian();
      noisy[i] = (byte) Math.round(Math.min(Math.max(value, 0), 255));
    }
    return noisy;
  }
}
