// What the generated functions call. A matrix is an array of rows, a column has rows of one entry.

const range = (from, to) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const filled = (value, rows, cols) => range(0, rows).map(() => new Array(cols).fill(value));
const eye = (n) => range(0, n).map((i) => range(0, n).map((j) => (i === j ? 1 : 0)));
const map = (A, f) => A.map((row) => row.map((x) => f(x)));
const zip = (A, B, f) => A.map((row, i) => row.map((x, j) => f(x, B[i][j])));
const add = (...terms) => terms.reduce((A, B) => zip(A, B, (x, y) => x + y));
const hadamard = (...factors) => factors.reduce((A, B) => zip(A, B, (x, y) => x * y));
const scale = (c, A) => map(A, (x) => c * x);
const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));
const diagonal = (v) => v.map(([x], i) => v.map((_, j) => (i === j ? x : 0)));

// diag(v) A without the zeros.
const scaleRows = (v, A) => A.map((row, i) => row.map((x) => v[i][0] * x));

const multiply = (A, B) =>
  A.map((row) => B[0].map((_, j) => row.reduce((sum, x, k) => sum + x * B[k][j], 0)));

const kron = (A, B) => A.flatMap((a) => B.map((b) => a.flatMap((x) => b.map((y) => x * y))));

// An ordered product applied to `start`, one factor after the other.
const fold = (step, times, start) => times.reduce(step, start);
const total = (term, times, zero) => times.reduce((sum, time) => add(sum, term(time)), zero);

const entries = (A) => A.flat().map(Math.abs);
const norm1 = (A) => Math.max(...transpose(A).map((column) => entries([column]).reduce((x, y) => x + y)));
const normInf = (A) => norm1(transpose(A));
const normMax = (A) => Math.max(...entries(A));
const normF = (A) => Math.hypot(...A.flat());

// The largest singular value, by one-sided Jacobi rotations: columns are turned in pairs until all
// are orthogonal; the longest is it. Scaled first, so that squares neither overflow nor vanish.
function norm2(A) {
  const largest = normMax(A);
  if (!(largest > 0 && largest < Infinity)) return largest;
  const scaled = scale(1 / largest, A);
  const columns = transpose(A.length < A[0].length ? transpose(scaled) : scaled);
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  for (let sweep = 0, turned = true; turned && sweep < 40; sweep++) {
    turned = false;
    for (let p = 0; p < columns.length; p++) {
      for (let q = p + 1; q < columns.length; q++) {
        const [x, y] = [columns[p], columns[q]];
        const [a, b, c] = [dot(x, x), dot(y, y), dot(x, y)];
        if (Math.abs(c) <= 1e-15 * Math.sqrt(a * b)) continue;
        turned = true;
        const z = (b - a) / (2 * c);
        const tangent = (z < 0 ? -1 : 1) / (Math.abs(z) + Math.hypot(1, z));
        const cosine = 1 / Math.hypot(1, tangent);
        columns[p] = x.map((value, i) => cosine * (value - tangent * y[i]));
        columns[q] = y.map((value, i) => cosine * (value + tangent * x[i]));
      }
    }
  }
  return largest * Math.max(...columns.map((column) => Math.hypot(...column)));
}

const step = (x, middle) => (x > 0 ? 1 : x < 0 ? 0 : middle);
const log1pExp = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

// erf by its series with terms of one sign for |x| < 3, by the continued fraction of erfc beyond.
function erf(x) {
  const z = Math.abs(x);
  const outer = Math.exp(-z * z) / Math.sqrt(Math.PI);
  let value = 0;
  if (z < 3) {
    for (let n = 0, term = 2 * z; term > value * 1e-17; term *= (2 * z * z) / (2 * ++n + 1)) {
      value += term;
    }
    value *= outer;
  } else {
    value = 1 - outer / range(1, 60).reduceRight((rest, n) => z + n / 2 / rest, z);
  }
  return x < 0 ? -value : value;
}
