// Embedding, its gradient and its packing against naive loops.
#include "kernels/embedding.h"
#include "kernels/pack.h"
#include "check.h"

// Tokens [n][l] below R, some of them many times.
std::vector<int32_t> random_tokens(long count, int below) {
  std::vector<int32_t> tokens;
  for (long i = 0; i < count; i++) tokens.push_back(int32_t(random_bits() % uint32_t(below)));
  return tokens;
}

template <class V, int L, int R, int C, int Vectors, int Padding>
void check(const char* name) {
  constexpr int row = round_up(C, V::lanes);
  constexpr long batch = 3;
  const std::vector<int32_t> t = random_tokens(batch * L, R);
  const Tokens tokens(cnnc::InputView{t.data(), L, 1, L, L});
  std::vector<float> w;
  for (int i = 0; i < R * C; i++) w.push_back(random_float());
  Memory<float> packed(R * row, nan_value);
  pack_in_parts(pack_rows<V::lanes, R, C>, w, R, packed.data);

  std::vector<double> rows;
  for (int32_t token : t)
    for (int c = 0; c < C; c++) rows.push_back(w[size_t(token * C + c)]);
  same(name, collect<V, 1, L, C>(name, batch, [&](auto body) {
    for (long n = 0; n < batch; n++) embedding<V, Tensor<1, L, C>>(tokens, packed.data, n, body);
  }), rows);

  using DY = Tensor<1, L, C, row, 2, 1>;
  Filled<DY> dy(batch);
  dy.randomize();
  std::vector<double> want(R * C, 0);
  dy.each([&](float& v, long n, int, int l, int c) {
    if (int32_t token = t[size_t(n * L + l)]; token != Padding) want[size_t(token * C + c)] += v;
  });
  Memory<float> dw(R * row, nan_value);
  constexpr int units = embedding_weights_units<V, DY, R, Vectors, Padding>();
  for (int unit = units; unit-- > 0;) embedding_weights<V, DY, R, Vectors, Padding>(tokens, dy.x, batch, unit, dw.data);
  std::vector<float> logical(R * C);
  unpack_rows<V::lanes, R, C>(dw.data, logical.data());
  same(name, {logical.begin(), logical.end()}, want);
  for (long r = 0; r < R; r++)
    for (int c = C; c < row; c++) expect(name, dw.data[r * row + c] == 0 && packed.data[r * row + c] == 0);

  embedding_weights<V, DY, R, Vectors, Padding>(tokens, dy.x, 0, 0, dw.data);
  expect("no samples", dw.data[0] == 0);
}

int main() {
  with_all_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check<V, 7, 5, 3, 1, -1>("three channels");
    check<V, 4, 9, L, 1, 2>("a whole vector, a padding token");
    check<V, 11, 3, 5 * L + 2, 2, -1>("units of two vectors, the last with what is left");
    check<V, 1, 1, 4 * L, 4, 0>("nothing but the padding token");
  });
  return finish();
}
