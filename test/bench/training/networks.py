"""The networks of the training table in PyTorch, their modules in the order in which cnnc lists the parameters.

Without dropout, as in the files that the bench builds: both sides compute the same losses from the same weights.
"""

import torch
from torch import nn
from torch.nn import functional as F


def conv_norm(cin, cout, kernel, stride=1, groups=1, act=nn.ReLU):
    layers = [
        nn.Conv2d(cin, cout, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(cout),
    ]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(inplace=True), nn.Linear(120, 84), nn.ReLU(inplace=True), nn.Linear(84, 10),
    )  # fmt: skip


class Basic(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.main = nn.Sequential(conv_norm(cin, cout, 3, stride), conv_norm(cout, cout, 3, act=None))
        same = cin == cout and stride == 1
        self.shortcut = nn.Identity() if same else conv_norm(cin, cout, 1, stride, act=None)

    def forward(self, x):
        return F.relu(self.main(x) + self.shortcut(x), inplace=True)


class ResNet(nn.Module):
    def __init__(self, stem, first, widths, count, classes):
        super().__init__()
        blocks, cin = [], first
        for stage, cout in enumerate(widths):
            for i in range(count):
                blocks.append(Basic(cin, cout, 2 if i == 0 and stage > 0 else 1))
                cin = cout
        self.stem, self.blocks, self.fc = stem, nn.Sequential(*blocks), nn.Linear(cin, classes)

    def forward(self, x):
        return self.fc(self.blocks(self.stem(x)).mean((2, 3)))


def resnet20():
    return ResNet(conv_norm(3, 16, 3), 16, (16, 32, 64), 3, 10)


def resnet18():
    stem = nn.Sequential(conv_norm(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
    return ResNet(stem, 64, (64, 128, 256, 512), 2, 1000)


class TextCNN(nn.Module):
    def __init__(self, vocab=10000, dim=300, filters=100, classes=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.convs = nn.ModuleList(nn.Conv1d(dim, filters, width) for width in (3, 4, 5))
        self.fc = nn.Linear(3 * filters, classes)

    def forward(self, words):
        x = self.embedding(words).transpose(1, 2)
        return self.fc(torch.cat([F.relu(conv(x)).amax(2) for conv in self.convs], 1))


class AudioCNN(nn.Module):
    def __init__(self, classes=35):
        super().__init__()
        layers, cin = [], 1
        for cout in (32, 64, 128, 256):
            layers += [conv_norm(cin, cout, 3), nn.MaxPool2d(2)]
            cin = cout
        self.body, self.fc = nn.Sequential(*layers), nn.Linear(cin, classes)

    def forward(self, x):
        return self.fc(self.body(x).mean((2, 3)))


class Up(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.up = nn.ConvTranspose2d(cin, cout, 2, 2)
        self.merge = nn.Sequential(conv_norm(2 * cout, cout, 3), conv_norm(cout, cout, 3))

    def forward(self, x, skip):
        return self.merge(torch.cat([skip, self.up(x)], 1))


class UNet(nn.Module):
    def __init__(self, base=32, levels=4):
        super().__init__()
        widths = [base << i for i in range(levels + 1)]
        pairs = zip([3, *widths[:-1]], widths)
        self.down = nn.ModuleList(nn.Sequential(conv_norm(a, b, 3), conv_norm(b, b, 3)) for a, b in pairs)
        self.up = nn.ModuleList(Up(2 * width, width) for width in reversed(widths[:-1]))
        self.head = nn.Conv2d(base, 1, 1)

    def forward(self, x):
        *skips, x = self.descend(x)
        for up in self.up:
            x = up(x, skips.pop())
        return self.head(x)

    def descend(self, x):
        for i, double in enumerate(self.down):
            x = double(x if i == 0 else F.max_pool2d(x, 2))
            yield x


class Inverted(nn.Module):
    def __init__(self, cin, cout, stride, expand):
        super().__init__()
        wide = cin * expand
        expansion = [conv_norm(cin, wide, 1, act=nn.ReLU6)] if expand > 1 else []
        depthwise = conv_norm(wide, wide, 3, stride, groups=wide, act=nn.ReLU6)
        self.layers = nn.Sequential(*expansion, depthwise, conv_norm(wide, cout, 1, act=None))
        self.skips = stride == 1 and cin == cout

    def forward(self, x):
        return x + self.layers(x) if self.skips else self.layers(x)


class MobileNetV2(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        layers, cin = [conv_norm(3, 32, 3, 2, act=nn.ReLU6)], 32
        table = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
        for expand, cout, count, stride in table:
            for i in range(count):
                layers.append(Inverted(cin, cout, stride if i == 0 else 1, expand))
                cin = cout
        self.features = nn.Sequential(*layers, conv_norm(cin, 1280, 1, act=nn.ReLU6))
        self.fc = nn.Linear(1280, classes)

    def forward(self, x):
        return self.fc(self.features(x).mean((2, 3)))


def plain(convolutions, dense):
    """Convolutions (channels, kernel, stride, padding) with ReLU, "pool" (kernel, stride), then dense layers."""
    layers, cin = [], 3
    for kind, *numbers in convolutions:
        if kind == "pool":
            layers.append(nn.MaxPool2d(*numbers))
            continue
        layers += [nn.Conv2d(cin, *numbers), nn.ReLU(inplace=True)]
        cin = numbers[0]
    layers.append(nn.Flatten())
    for i, (inputs, outputs) in enumerate(zip(dense, dense[1:])):
        layers += ([nn.ReLU(inplace=True)] if i > 0 else []) + [nn.Linear(inputs, outputs)]
    return nn.Sequential(*layers)


def alexnet():
    pool = ("pool", 3, 2)
    rows = [("conv", 64, 11, 4, 2), pool, ("conv", 192, 5, 1, 2), pool]
    rows += [("conv", channels, 3, 1, 1) for channels in (384, 256, 256)] + [pool]
    return plain(rows, [9216, 4096, 4096, 1000])


def vgg16():
    rows = []
    for channels, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        rows += [("conv", channels, 3, 1, 1)] * count + [("pool", 2, 2)]
    return plain(rows, [25088, 4096, 4096, 1000])


NETWORKS = {
    "lenet5": lenet5, "resnet20": resnet20, "textcnn": TextCNN, "audiocnn": AudioCNN, "unet": UNet,
    "mobilenet_v2": MobileNetV2, "alexnet": alexnet, "resnet18": resnet18, "vgg16": vgg16,
}  # fmt: skip
