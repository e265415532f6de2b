package org.couplet.serve;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the server listens, and what it lets in.
 *
 * @param address to listen at; port 0: any that is free
 * @param token that every call must bring
 * @param keys for TLS
 * @param mostRows of a call
 * @param mostBytes of a body
 * @param accessLog gets a JSON object for each request
 */
public record ServerSettings(
    InetSocketAddress address,
    Optional<String> token,
    Optional<Keys> keys,
    int mostRows,
    int mostBytes,
    Optional<Path> accessLog) {
  /**
   * A key store.
   *
   * @param file PKCS12 or JKS, with the server's key and certificate
   * @param password of the store and the key
   */
  public record Keys(Path file, String password) {}
}
