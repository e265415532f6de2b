package org.couplet.metric;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;

/**
 * Dense matrices in double precision, row-major, by OpenBLAS on one thread. Its threads wait for
 * each other without sleeping: on a busy machine two of them can take a hundred times as long as
 * one.
 */
final class LinearAlgebra {
  private LinearAlgebra() {}

  /**
   * Adds a product of two matrices, either of which may be given as its transpose.
   *
   * @param left [rows, inner]
   * @param right [inner, columns]
   * @param sum [rows, columns], which the product is added to
   */
  static void addProduct(
      boolean leftTransposed,
      double[] left,
      boolean rightTransposed,
      double[] right,
      int rows,
      int inner,
      int columns,
      double[] sum) {
    blas_set_num_threads(1);
    cblas_dgemm(
        CblasRowMajor,
        leftTransposed ? CblasTrans : CblasNoTrans,
        rightTransposed ? CblasTrans : CblasNoTrans,
        rows,
        columns,
        inner,
        1,
        left,
        leftTransposed ? rows : inner,
        right,
        rightTransposed ? inner : columns,
        1,
        sum,
        columns);
  }

  /**
   * Adds the upper triangle of M M', or of M' M. It takes about half of {@link #addProduct}'s time.
   *
   * @param transposed whether the left factor is the transpose
   * @param matrix [size, inner], or [inner, size] if transposed
   * @param sum [size, size]; its upper triangle is added to, the rest is left alone
   */
  static void addSelfProduct(
      boolean transposed, double[] matrix, int size, int inner, double[] sum) {
    blas_set_num_threads(1);
    cblas_dsyrk(
        CblasRowMajor,
        CblasUpper,
        transposed ? CblasTrans : CblasNoTrans,
        size,
        inner,
        1,
        matrix,
        transposed ? size : inner,
        1,
        sum,
        size);
  }

  /**
   * Eigenvalues of a symmetric matrix, rising.
   *
   * @param matrix [size, size]; left with the eigenvectors as rows if they are wanted, else spoilt
   */
  static double[] eigenvalues(double[] matrix, int size, boolean vectors) {
    blas_set_num_threads(1);
    double[] values = new double[size];
    // Column by column, the eigenvectors are columns: in row-major terms they are rows.
    int info =
        LAPACKE_dsyevd(
            LAPACK_COL_MAJOR, (byte) (vectors ? 'V' : 'N'), (byte) 'U', size, matrix, size, values);
    if (info != 0) {
      throw new ArithmeticException("no eigenvalues found (LAPACK's dsyevd says " + info + ")");
    }
    return values;
  }
}
