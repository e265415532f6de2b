package org.couplet.release;

import java.util.Optional;
import org.couplet.config.proto.RuntimeConfig;

/**
 * What a user chooses for an export.
 *
 * @param name under which a server offers the model
 * @param version of the model, for servers that keep several
 * @param runtime how the network is computed
 * @param license of the weights
 */
public record ReleaseOptions(
    String name, Optional<Integer> version, RuntimeConfig runtime, Optional<String> license) {}
