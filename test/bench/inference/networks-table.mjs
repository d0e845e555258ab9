// What is measured: settings of the examples that equal, to the parameter, PyTorch's models of these names
// (test/examples/counts.test.ts counts them). `targets`: how many times quicker than onnxruntime a prediction shall be, of one
// sample and of a batch; where the number of threads matters, one for each.
export const networks = {
  relu1: { file: "test/bench/networks/relu.cnn", targets: { single: 4 } },
  lenet5: { file: "examples/lenet/lenet-relu.cnn", batch: 16, targets: { single: 3, batch: 2.5 } },
  resnet20: {
    ...{ file: "examples/cifar-resnet20/cifar-resnet20.cnn", set: { project: "true" } },
    ...{ batch: 16, targets: { single: 2.5, batch: 2.5 } },
  },
  textcnn: { file: "examples/text-cnn/text-cnn.cnn", batch: 16, targets: { single: 1.6, batch: 1.6 } },
  audiocnn: { file: "test/bench/networks/audiocnn.cnn", batch: 16, targets: { single: 2.5, batch: 2.5 } },
  unet: { file: "examples/unet/unet.cnn", batch: 16, targets: { single: 2.5, batch: 2.5 } },
  mobilenet_v2: { file: "examples/mobilenet-v2/mobilenet-v2.cnn", batch: 16, targets: { single: 1.35, batch: 1.35 } },
  alexnet: { file: "examples/alexnet/alexnet.cnn", batch: 16, targets: { single: { 1: 1.4, 2: 1.1 }, batch: 1.4 } },
  resnet18: { file: "examples/resnet18/resnet18.cnn", batch: 16, targets: { single: 2, batch: 2 } },
  resnet50: { file: "examples/resnet50/resnet50.cnn", batch: 4, targets: { single: 1.3, batch: 1.3 } },
  vgg16: { file: "examples/vgg16/vgg16.cnn", batch: 4, targets: { single: 2.6, batch: 2.6 } },
};

export function targetOf({ batch: usual, targets }, batch, threads) {
  const target = batch === 1 ? targets.single : batch === usual ? targets.batch : undefined;
  return typeof target === "object" ? target[threads] : target;
}
