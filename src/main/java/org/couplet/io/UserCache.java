package org.couplet.io;

import java.nio.file.Path;

/** Where Couplet keeps what it need not find out again. */
public final class UserCache {
  private UserCache() {}

  /** The user's own folder: {@code couplet} in $XDG_CACHE_HOME, or in {@code ~/.cache}. */
  public static Path folder() {
    String caches = System.getenv("XDG_CACHE_HOME");
    Path parent =
        caches == null || caches.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(caches);
    return parent.resolve("couplet");
  }
}
