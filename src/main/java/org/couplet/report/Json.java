package org.couplet.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import com.google.gson.Strictness;

/** The one {@link Gson} that writes and reads all of Couplet's JSON. */
public final class Json {
  private static final JsonSerializer<Number> NUMBER =
      (number, type, context) ->
          Double.isFinite(number.doubleValue())
              ? new JsonPrimitive(number)
              : new JsonPrimitive(number.toString());

  /**
   * Strict JSON (RFC 8259) on one line. NaN and infinities, which JSON lacks, are written as text.
   */
  public static final Gson GSON =
      new GsonBuilder()
          .setStrictness(Strictness.STRICT)
          .disableHtmlEscaping()
          .registerTypeHierarchyAdapter(Number.class, NUMBER)
          .create();

  private Json() {}
}
