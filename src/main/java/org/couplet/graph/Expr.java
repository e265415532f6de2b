package org.couplet.graph;

import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * An operand with arithmetic, so that formulas read as formulas. Each method adds the operation of
 * its name to the graph; shapes broadcast as TensorFlow's do. For instance sigma_data^2 / (sigma^2
 * + sigma_data^2) with sigma_data = 0.5:
 *
 * <pre>
 * Expr&lt;TFloat32&gt; s = Expr.of(tf, sigma);
 * Expr&lt;TFloat32&gt; skip = s.squared().plus(0.25).reciprocal().times(0.25);
 * </pre>
 *
 * @param <T> type of the values; numbers given as double are rounded to it
 */
public final class Expr<T extends TFloating> implements Operand<T> {
  private final Ops tf;
  private final Operand<T> value;

  private Expr(Ops tf, Operand<T> value) {
    this.tf = tf;
    this.value = value;
  }

  /** An operand, to calculate with. */
  public static <T extends TFloating> Expr<T> of(Ops tf, Operand<T> value) {
    return value instanceof Expr<T> expr && expr.tf == tf ? expr : new Expr<>(tf, value);
  }

  /** A scalar of this type. */
  public Expr<T> constant(double number) {
    Class<T> type = type();
    return made(
        type.equals(TFloat64.class)
            ? Cast.to(tf, tf.constant(number), type)
            : Cast.to(tf, tf.constant((float) number), type));
  }

  /** this + other. */
  public Expr<T> plus(Operand<T> other) {
    return made(tf.math.add(value, other));
  }

  /** this + number. */
  public Expr<T> plus(double number) {
    return plus(constant(number));
  }

  /** this - other. */
  public Expr<T> minus(Operand<T> other) {
    return made(tf.math.sub(value, other));
  }

  /** this - number. */
  public Expr<T> minus(double number) {
    return minus(constant(number));
  }

  /** 1 - this. */
  public Expr<T> oneMinus() {
    return constant(1).minus(this);
  }

  /** this times other, value by value. */
  public Expr<T> times(Operand<T> other) {
    return made(tf.math.mul(value, other));
  }

  /** number times this. */
  public Expr<T> times(double number) {
    return constant(number).times(this);
  }

  /** this / other. */
  public Expr<T> over(Operand<T> other) {
    return made(tf.math.div(value, other));
  }

  /** 1 / this. */
  public Expr<T> reciprocal() {
    return made(tf.math.reciprocal(value));
  }

  /** this^2. */
  public Expr<T> squared() {
    return made(tf.math.square(value));
  }

  /** The square root of this. */
  public Expr<T> sqrt() {
    return made(tf.math.sqrt(value));
  }

  /** e^this. */
  public Expr<T> exp() {
    return made(tf.math.exp(value));
  }

  /** The natural logarithm of this. */
  public Expr<T> log() {
    return made(tf.math.log(value));
  }

  /** The error function of this. */
  public Expr<T> erf() {
    return made(tf.math.erf(value));
  }

  /** -1, 0 or 1, as the sign of this. */
  public Expr<T> sign() {
    return made(tf.math.sign(value));
  }

  /** The larger of this and number. */
  public Expr<T> atLeast(double number) {
    return made(tf.math.maximum(value, constant(number)));
  }

  /** In another type; where it is of that type already nothing is added to the graph. */
  public <R extends TFloating> Expr<R> as(Class<R> other) {
    return new Expr<>(tf, Cast.to(tf, value, other));
  }

  private Expr<T> made(Operand<T> result) {
    return new Expr<>(tf, result);
  }

  @Override
  public Output<T> asOutput() {
    return value.asOutput();
  }

  @Override
  public Operation op() {
    return value.op();
  }
}
