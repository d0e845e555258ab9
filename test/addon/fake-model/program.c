/* Uses a compiled model as a C program would; prints what the test compares. */
#include <stdio.h>

#include "c-api.h"

const cnnc_api* linear_cnnc_api(void);

static void say(const cnnc_api* api, const cnnc_net* net, int32_t result) {
  printf("%d %s\n", result, result ? api->error(net) : "");
}

int main(int count, char** arguments) {
  const cnnc_api* api = linear_cnnc_api();
  const char* error = 0;
  const unsigned char image[6] = {1, 0, 1, 0, 0, 0};
  const cnnc_input input = {image, 1};
  float logits[4], bias[2] = {0, 100};
  float* outputs[2];
  cnnc_net* net;
  outputs[0] = 0;
  outputs[1] = logits;
  if (!api->create("Nothing", 1, &error)) printf("%s\n", error);
  if (!api->create("Alien", 1, &error)) printf("%s\n", error);
  printf("%s %s %d\n", api->model_name(0), api->model_hash(0), api->model_name(9) == 0);
  net = api->create("Linear", 2, &error);
  say(api, net, api->predict(net, 1, &input, outputs));
  for (int i = 1; i < count; i++) say(api, net, api->load(net, arguments[i]));
  say(api, net, api->predict(net, 0, &input, outputs));
  say(api, net, api->predict(net, 2, &input, outputs));
  printf("%g %g %g %g\n", logits[0], logits[1], logits[2], logits[3]);
  say(api, net, api->set_parameter(net, "dense9.bias", bias, 2));
  say(api, net, api->set_parameter(net, "dense1.bias", bias, 3));
  say(api, net, api->set_parameter(net, "dense1.bias", bias, 2));
  say(api, net, api->predict(net, 1, &input, outputs));
  printf("%g %g\n", logits[0], logits[1]);
  api->destroy(net);
  return 0;
}
