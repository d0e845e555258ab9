// Prints what LeNet says about the first pictures of a file of bytes: predict WEIGHTS PICTURES COUNT THREADS.
#include "lenet.h"

#include <stdio.h>
#include <stdlib.h>

static int fail(const char* what) {
  fprintf(stderr, "%s\n", what ? what : "?");
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 5) return fail("predict WEIGHTS PICTURES COUNT THREADS");
  const long count = strtol(argv[3], NULL, 10);
  const char* error = NULL;
  cnnc_net* net = LeNet_create((int32_t)strtol(argv[4], NULL, 10), &error);
  if (!net) return fail(error);

  uint8_t* pictures = malloc((size_t)count * 28 * 28);
  float* clothing = malloc((size_t)count * 10 * sizeof(float));
  FILE* file = fopen(argv[2], "rb");
  if (!pictures || !clothing || !file) return fail("no pictures");
  if (fread(pictures, 28 * 28, (size_t)count, file) != (size_t)count) return fail("too few pictures");
  fclose(file);

  // Without weights it says so.
  if (LeNet_predict(net, count, pictures, clothing) == 0) return fail("predicted without weights");
  fprintf(stderr, "%s\n", LeNet_error(net));
  if (LeNet_load(net, argv[1]) != 0) return fail(LeNet_error(net));
  if (LeNet_predict(net, count, pictures, clothing) != 0) return fail(LeNet_error(net));
  // Hexadecimal: every bit counts.
  for (long i = 0; i < count * 10; i++) printf("%a\n", (double)clothing[i]);

  LeNet_destroy(net);
  free(pictures);
  free(clothing);
  return 0;
}
