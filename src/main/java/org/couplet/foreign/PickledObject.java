package org.couplet.foreign;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a class that is not known here: what it would have been made of. Nothing is made.
 * Identity is all that two of them are compared by: one may hold itself.
 */
final class PickledObject {
  private final ClassName type;
  private final List<@Nullable Object> arguments;
  private final Map<Object, @Nullable Object> items = new LinkedHashMap<>();
  private final List<@Nullable Object> elements = new ArrayList<>();
  private @Nullable Object state;

  /** A class or a function by its names. */
  record ClassName(String module, String name) {
    boolean is(String wantedModule, String wantedName) {
      return module.equals(wantedModule) && name.equals(wantedName);
    }
  }

  PickledObject(ClassName type, List<@Nullable Object> arguments) {
    this.type = type;
    this.arguments = arguments;
  }

  ClassName type() {
    return type;
  }

  /** What its class or function would be called with. */
  List<@Nullable Object> arguments() {
    return arguments;
  }

  /** What it holds as a dictionary. */
  Map<Object, @Nullable Object> items() {
    return items;
  }

  /** What it holds as a list. */
  List<@Nullable Object> elements() {
    return elements;
  }

  /** Its attributes, mostly a dictionary. */
  @Nullable Object state() {
    return state;
  }

  void setState(@Nullable Object state) {
    this.state = state;
  }
}
