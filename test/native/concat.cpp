// concat against naive loops.
#include "kernels/concat.h"
#include "check.h"

// Three values whose pixels and halos differ.
template <class V, int H, int W, int A, int B, int C>
void check(const char* name) {
  constexpr int L = V::lanes, K = A + B + C;
  constexpr long batch = 2;
  Filled<Tensor<H, W, A, A, 2, 0>> a(batch);
  Filled<Tensor<H, W, B, round_up(B, L), 0, 1>> b(batch);
  Filled<Tensor<H, W, C, round_up(C, L) + 16>> c(batch);
  a.randomize();
  b.randomize();
  c.randomize();
  std::vector<double> joined;
  for (long n = 0; n < batch; n++)
    for (int h = 0; h < H; h++)
      for (int w = 0; w < W; w++) {
        for (int i = 0; i < A; i++) joined.push_back(a.at(n, h, w, i));
        for (int i = 0; i < B; i++) joined.push_back(b.at(n, h, w, i));
        for (int i = 0; i < C; i++) joined.push_back(c.at(n, h, w, i));
      }
  same(name, collect<V, H, W, K>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      for (int h = 0; h < H; h++) concat<V>(n, h, h + 1, body, a.x, b.x, c.x);
  }), joined);
}

// One value several times.
template <class V>
void check_twice() {
  constexpr int C = 5;
  Filled<Tensor<3, 2, C>> x(1);
  x.randomize();
  std::vector<double> want;
  for (int h = 0; h < 3; h++)
    for (int w = 0; w < 2; w++)
      for (int c = 0; c < 2 * C; c++) want.push_back(x.at(0, h, w, c % C));
  same("twice", collect<V, 3, 2, 2 * C>("twice", 1, [&](auto body) { concat<V>(0, 0, 3, body, x.x, x.x); }), want);
}

int main() {
  with_all_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check<V, 4, 3, 5, 20, 33>("5 + 20 + 33");
    check<V, 2, 5, L, 2 * L, L>("whole vectors");
    check<V, 3, 3, 1, 1, 1>("single channels");
    check<V, 2, 2, 3, 4 * L - 3, L + 2>("a vector ends with the second");
    check<V, 2, 2, L + 1, 1, 2 * L>("within a vector");
    check<V, 1, 1, 7, 300, 13>("vectors");
    check_twice<V>();
  });
  return finish();
}
