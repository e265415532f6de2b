package org.couplet.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's page, in a browser without a screen. */
@Tag("long")
class PageTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aClickMakesAnImage() throws Exception {
    assumeTrue(Browser.isThere(), "no Chromium");
    Path run = folder.resolve("run");
    Path export = folder.resolve("export");
    Path config = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    CommandRun.done("train", "--config", config, "--run", run, "--set", "run.steps=10");
    CommandRun.done("export", "--run", run, "--output", export);
    try (TestServer server = new TestServer(export, Map.of());
        Browser browser = Browser.open(folder.resolve("browser"), server.uri("/"))) {
      // The page draws when it opens.
      browser.waitFor("document.getElementById('grid').naturalWidth > 0");
      assertEquals("16 samples of seed 0", browser.text("document.getElementById('grid').alt"));
      String before = browser.text("document.getElementById('grid').src");
      browser.text("document.getElementById('next').click()");
      browser.waitFor("document.getElementById('grid').src !== '" + before + "'");
      browser.waitFor("document.getElementById('grid').naturalWidth === 266");
      assertEquals("16 samples of seed 1", browser.text("document.getElementById('grid').alt"));

      // The slider, by its keys' event.
      browser.text(
          "const at = document.getElementById('at'); at.value = '0.5';"
              + " at.dispatchEvent(new Event('input', {bubbles: true}))");
      browser.waitFor("document.getElementById('frame').alt === 'A sample at 0.5 of the way'");

      // What is wrong is said, and the page goes on.
      browser.text(
          "document.getElementById('count').value = '0'; document.getElementById('draw').click()");
      browser.text(
          "document.getElementById('samples').noValidate = true;"
              + " document.getElementById('draw').click()");
      browser.waitFor("document.getElementById('status').classList.contains('bad')");
      assertTrue(browser.text("document.getElementById('status').textContent").contains("count"));

      assertEquals("false", browser.text("document.getElementById('training').hidden"));
      assertTrue(
          browser
              .text("document.getElementById('card').textContent")
              .contains("A consistency model"));
      // Nothing sticks out of a phone's window, which would else become wider.
      assertEquals("360", browser.text("window.innerWidth"));
      assertEquals(
          "true", browser.text("document.documentElement.scrollWidth <= window.innerWidth"));

      // Where fewer images are allowed the page asks for fewer.
      try (TestServer small = new TestServer(export, TestServer.LIMITS, 4)) {
        browser.go(small.uri("/"));
        browser.waitFor("location.port === '" + small.uri("/").getPort() + "'");
        browser.waitFor("document.getElementById('grid').naturalWidth > 0");
        assertEquals("4 samples of seed 0", browser.text("document.getElementById('grid').alt"));
      }
    }
  }
}
