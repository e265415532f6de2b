package org.couplet.serve;

import org.eclipse.jetty.http.HttpStatus;

/** What a client did wrong, or why it must wait: an HTTP status and a line. */
final class HttpProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  HttpProblem(int status, String message) {
    super(message);
    this.status = status;
  }

  /** A request that says something wrong. */
  static HttpProblem badRequest(String message) {
    return new HttpProblem(HttpStatus.BAD_REQUEST_400, message);
  }

  /** A request for something that is not there. */
  static HttpProblem notFound(String message) {
    return new HttpProblem(HttpStatus.NOT_FOUND_404, message);
  }

  int status() {
    return status;
  }
}
