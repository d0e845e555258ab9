// gather against naive loops.
#include "kernels/gather.h"
#include "check.h"

using Read = std::vector<std::pair<long, double>>;

// What each form reads at p, told by its definition.
template <long First, long Step, int Begin, int End>
Read reads(Line<First, Step, Begin, End>, int p) {
  return p >= Begin && p < End ? Read{{First + p * Step, 1}} : Read{};
}
template <int Begin, int Last, long Step>
Read reads(Mirror<Begin, Last, Step>, int p) {
  return Read{{Step * (Last - std::abs(Last - std::abs(p - Begin))), 1}};
}
Read reads(Places axis, int p) { return axis.offset[p] < 0 ? Read{} : Read{{axis.offset[p], 1}}; }
Read reads(Sums axis, int p) {
  Read all;
  for (int i = axis.begin[p]; i < axis.begin[p + 1]; i++) all.push_back({axis.offset[i], axis.weight[i]});
  return all;
}

// The offset of channel c, or a negative one.
template <class X, int First, int Count>
long place(X, Run<First, Count>, int c) { return First + c < X::channels ? First + c : -1; }
template <class X>
long place(X, Lanes axis, int c) { return axis.offset[c]; }
template <class X>
long place(X, SomeLanes axis, int c) { return axis.offset[c]; }

template <class V, class X, int H, int W, int C, class Rows, class Columns, class Channels>
void check(const char* name, Rows rows, Columns columns, Channels channels) {
  constexpr long batch = 2;
  const float fill = 0.75f;
  Filled<X> x(batch);
  x.randomize();
  std::vector<double> want;
  for (long n = 0; n < batch; n++)
    for (int h = 0; h < H; h++)
      for (int w = 0; w < W; w++)
        for (int c = 0; c < C; c++) {
          const Read down = reads(rows, h), across = reads(columns, w);
          const long at = place(x.x, channels, c);
          double sum = 0, weights = 0;
          for (auto [row, a] : down)
            for (auto [column, b] : across) {
              sum += a * b * (at < 0 ? double(fill) : double(x.x.at(n, 0, 0)[row + column + at]));
              weights++;
            }
          want.push_back(weights ? sum : fill);
        }
  using Y = Tensor<H, W, C, round_up(C, V::lanes)>;
  same(name, collect<V, H, W, C>(name, batch, [&](auto body) {
    for (int n = 0; n < batch; n++)
      for (int h = 0; h < H; h++) gather<V, Y>(x.x, rows, columns, channels, fill, n, h, h + 1, body);
  }), want);
}

template <class V, int C>
void check_positions() {
  using X = Tensor<4, 3, C, round_up(C, V::lanes), 1, 2>;
  constexpr long row = X::row, pixel = X::pixel;
  static const int halves[] = {0, row, row, 3 * row, -1}, ends[] = {2 * pixel, 0, -1, pixel};
  static const int begin[] = {0, 2, 3, 3, 6}, offset[] = {0, row, 2 * row, row, 0, 3 * row};
  static const float weight[] = {0.25f, 0.75f, 1, 0.5f, -1, 2};
  static const int next[] = {0, 1, 3}, beside[] = {pixel, 0, 2 * pixel};
  static const float half[] = {1, 0.5f, 0.5f};
  check<V, X, 4, 3, C>("as it is", Line<0, row, 0, 4>{}, Line<0, pixel, 0, 3>{}, Run<0, C>{});
  check<V, X, 6, 5, C>("padded", Line<-row, row, 1, 5>{}, Line<-2 * pixel, pixel, 2, 5>{}, Run<0, C>{});
  check<V, X, 2, 2, C>("every second", Line<row, 2 * row, 0, 2>{}, Line<0, 2 * pixel, 0, 2>{}, Run<0, C>{});
  check<V, X, 9, 7, C>("mirrored", Mirror<3, 3, row>{}, Mirror<2, 2, pixel>{}, Run<0, C>{});
  check<V, X, 2, 4, C>("mirrored behind", Mirror<0, 3, row>{}, Mirror<0, 2, pixel>{}, Run<0, C>{});
  check<V, X, 5, 4, C>("places", Places{halves}, Places{ends}, Run<0, C>{});
  check<V, X, 4, 2, C>("sums", Sums{begin, offset, weight}, Sums{next, beside, half}, Run<0, C>{});
  check<V, X, 4, 4, C>("sums of places", Sums{begin, offset, weight}, Places{ends}, Run<0, C>{});
}

// Runs within x, and such that reach beyond it at one side or both.
template <class V, int C>
void check_channels() {
  constexpr int L = V::lanes;
  using X = Tensor<2, 3, C, round_up(C, L), 0, 1>;
  constexpr Line<0, X::row, 0, 2> rows;
  constexpr Line<0, X::pixel, 0, 3> columns;
  if constexpr (C > 3) check<V, X, 2, 3, C - 3>("a run", rows, columns, Run<2, C - 3>{});
  check<V, X, 2, 3, C + 7>("after", rows, columns, Run<-7, C + 7>{});
  check<V, X, 2, 3, C + 2 * L>("before", rows, columns, Run<0, C + 2 * L>{});
  check<V, X, 2, 3, C + 3 * L + 1>("between", rows, columns, Run<-L - 1, C + 3 * L + 1>{});

  static uint32_t mixed[round_up(C, L)];
  static int some[round_up(C, L)];
  for (int c = 0; c < round_up(C, L); c++) mixed[c] = c < C ? uint32_t(C - 1 - c) : 0, some[c] = c % 3 == 1 ? -1 : int(mixed[c]);
  check<V, X, 2, 3, C>("lanes", rows, columns, Lanes{mixed});
  check<V, X, 2, 3, C>("some lanes", rows, columns, SomeLanes{some});
}

// y[w,h,c] of x[c,h,w]: every lane is another column.
template <class V>
void check_exchange() {
  using X = Tensor<3, 5, 4, round_up(4, V::lanes), 2, 1>;
  static uint32_t columns[round_up(5, V::lanes)];
  for (int w = 0; w < 5; w++) columns[w] = w * X::pixel;
  check<V, X, 4, 3, 5>("axes", Line<0, 1, 0, 4>{}, Line<0, X::row, 0, 3>{}, Lanes{columns});
}

int main() {
  with_all_vectors([]<class V>() {
    constexpr int L = V::lanes;
    check_positions<V, 5>();
    check_positions<V, 2 * L + 1>();
    check_positions<V, L>();
    check_channels<V, 1>();
    check_channels<V, 2 * L>();
    check_channels<V, 2 * L + 5>();
    check_exchange<V>();
  });
  return finish();
}
