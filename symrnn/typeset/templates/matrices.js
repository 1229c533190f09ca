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

// Blocks side by side in each row, the rows one below the other.
const block = (grid) =>
  grid.flatMap((blocks) => blocks[0].map((_, i) => blocks.flatMap((A) => A[i])));

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

const log1pExp = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const minus_abs = (x) => -Math.abs(x);

// A product's rounding error, by Dekker: each factor falls into two halves.
function productError(a, b, product) {
  const half = (x) => 134217729 * x - (134217729 * x - x);
  const [a1, b1] = [half(a), half(b)];
  const [a2, b2] = [a - a1, b - b1];
  return a1 * b1 - product + a1 * b2 + a2 * b1 + a2 * b2;
}

// A polynomial to twice the digits: its value and what that lacks. Coefficients are sums of three.
function twice(x, bound, coefficients) {
  const inside = Math.min(Math.max(x, -bound), bound);
  let [high, low] = [coefficients[0][0] + coefficients[0][1], coefficients[0][2]];
  for (const [a, b, c] of coefficients.slice(1)) {
    const product = high * inside;
    const error = productError(high, inside, product);
    const head = a + b;
    high = product + head;
    const taken = high - product;
    low = low * inside + error + (product - (high - taken) + (head - taken)) + c;
  }
  return [high, low];
}

// e^(-|u(x)|).
function decay(x, bound, coefficients) {
  const [high, low] = twice(x, bound, coefficients);
  const value = Math.exp(-Math.abs(high));
  return value + value * (high > 0 ? -low : low);
}

// erfc(u(x)), u mostly positive: -erfc'/erfc is near h + √(h² + 1.8).
function tail(x, bound, coefficients) {
  const [high, low] = twice(x, bound, coefficients);
  const [value, h] = [erfc(high), Math.max(high, 0)];
  return value - value * (low * (h + Math.sqrt(h * h + 1.8)));
}

// y^start (c_0 + c_1 y^step + …), y = x - root; y = 0 beyond the radius.
function series(x, [a, b, c, d], radius, start, step, coefficients) {
  const distance = x - a - b - c - d;
  const y = Math.abs(distance) > radius ? 0 : distance;
  const total = coefficients.reduceRight((sum, value) => sum * (step === 1 ? y : y * y) + value, 0);
  return total * y ** start;
}

// erf by its power series, for |x| < 1/2.
function erfSeries(x) {
  let [value, term] = [x, x];
  for (let n = 1; Math.abs(term) > Math.abs(value) * 1e-18; n++) {
    term *= (-x * x) / n;
    value += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * value;
}

// erfc from 1/2 on, by its continued fraction, e^(-z²) of the square and of what its rounding lost.
function erfcBeyond(z) {
  const square = z * z;
  const outer = Math.exp(-square) * (1 - productError(z, z, square));
  const terms = range(1, 20 + Math.ceil(300 / square));
  return outer / terms.reduceRight((rest, n) => z + n / 2 / rest, z) / Math.sqrt(Math.PI);
}

// erf and erfc to some 3 ulp.
function erf(x) {
  const z = Math.abs(x);
  return z < 0.5 ? erfSeries(x) : Math.sign(x) * (1 - erfc(z));
}

function erfc(x) {
  if (x < -0.5) return 2 - erfc(-x);
  if (x < 0.5) return 1 - erfSeries(x);
  return x >= 30 ? 0 : erfcBeyond(x);
}
