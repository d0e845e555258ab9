"""Augmentations of cnnc on batches of PyTorch, bytes N×1×H×W; by name, with the attributes that cnnc read in the file."""

import torch
import torch.nn.functional as F


def flip(images, axis, p):
    chosen = (torch.rand(len(images)) < p)[:, None, None, None]
    return torch.where(chosen, images.flip(3 if axis == "horizontal" else 2), images)


def shift(images, amount, fill, whole):
    """Cuts from the padded picture: what the bench needs, by whole pixels."""
    assert whole and fill == "zero", "only whole pixels, with zeros around"
    count, _, height, width = images.shape
    down, right = int(amount[0] * height + 1e-9), int(amount[1] * width + 1e-9)
    padded = F.pad(images, (right, right, down, down))
    rows = torch.randint(2 * down + 1, (count, 1)) + torch.arange(height)
    columns = torch.randint(2 * right + 1, (count, 1)) + torch.arange(width)
    return padded[torch.arange(count)[:, None, None], 0, rows[:, :, None], columns[:, None, :]].unsqueeze(1)


def cutout(images, size, p, grey):
    count, _, height, width = images.shape
    near = lambda extent, share: (  # noqa: E731
        (torch.arange(extent) + 0.5 - extent * torch.rand(count, 1)).abs() < share * extent / 2
    )
    hole = near(height, size[0])[:, :, None] & near(width, size[1])[:, None, :]
    hole &= (torch.rand(count) < p)[:, None, None]
    return images.masked_fill(hole[:, None], round(255 * grey))


AUGMENTATIONS = {"flip": flip, "shift": shift, "cutout": cutout}


def augment(images, links):
    for link in links:
        images = AUGMENTATIONS[link["name"]](images, **link["attributes"])
    return images
