package org.couplet.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * Who may call.
 *
 * @param token that every call must bring, if any
 * @param loopback whether only this machine can connect
 */
record Access(Optional<String> token, boolean loopback) {
  private static final String BEARER = "Bearer ";

  /**
   * Checks a request.
   *
   * @param host the name in its Host header
   * @param authorization its Authorization header
   */
  void check(String path, String host, @Nullable String authorization) {
    // Else a web page of any site could reach a local server through a name that it controls.
    if (loopback && !isLoopback(host)) {
      throw new HttpProblem(
          HttpStatus.FORBIDDEN_403, "this server answers to localhost only, not to " + host);
    }
    if (token.isPresent() && !Routes.isOpen(path) && !isToken(authorization)) {
      throw new HttpProblem(
          HttpStatus.UNAUTHORIZED_401,
          authorization == null
              ? "a token is needed: Authorization: Bearer TOKEN"
              : "the token is not that of this server; call with Authorization: Bearer TOKEN");
    }
  }

  private boolean isToken(@Nullable String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        // Takes the same time whatever is wrong.
        && MessageDigest.isEqual(
            authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8),
            token.orElseThrow().getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]")
        || host.equals("::1");
  }
}
