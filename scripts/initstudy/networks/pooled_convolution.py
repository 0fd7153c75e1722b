"""ReLU of a max-pooled convolution as one operation, whose backward pass visits just the outputs
that have a gradient, about an eighth of them: see pooled_convolution.c."""

import ctypes
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from initstudy.core.native import compiled

SOURCE = Path(__file__).with_suffix(".c")
LANES = 8
"""Numbers in one of its vectors: AVX2's. Sixteen are no faster with AVX-512, and leave AVX2 without
registers, where a backward pass then takes longer than PyTorch's own."""
POOLING = 2


def pooled_convolution(x: Tensor, weight: Tensor, bias: Tensor, groups: int) -> Tensor:
    """relu(max_pool2d(conv2d(x, weight, bias, groups=groups), 2)), and its gradients once.

    x: B x (groups * in) x H x W; weight: (groups * out) x in x kernel x kernel, both fastest if
    channels are last in memory. Where there is no compiler, on other devices than the CPU and for
    other numbers than float32, the gradients are PyTorch's own.
    """
    if torch.is_grad_enabled() and x.device.type == "cpu" and x.dtype == torch.float32:
        channels, kernel = weight.shape[1:3]
        if library := compiled(SOURCE, KERNEL=kernel, CHANNELS=channels, LANES=LANES):
            return _PooledConvolution.apply(x, weight, bias, groups, library)
    return F.max_pool2d(F.conv2d(x, weight, bias, groups=groups), POOLING).relu_()


class _PooledConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, groups: int, library: ctypes.CDLL):
        convolved = F.conv2d(x, weight, bias, groups=groups)
        pooled, places = F.max_pool2d(convolved, POOLING, return_indices=True)
        outputs = pooled.relu_()
        ctx.save_for_backward(x, weight, outputs, places)
        ctx.groups, ctx.library = groups, library
        return outputs

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient: Tensor):
        x, weight, outputs, places = (_channels_last(tensor) for tensor in ctx.saved_tensors)
        gradient = _channels_last(gradient)
        channels, inputs, kernel, _ = weight.shape
        batch, _, height, width = x.shape
        patches = _padded(weight.permute(0, 2, 3, 1).flatten(2))
        patch_gradients = torch.zeros_like(patches)
        bias_gradient = patches.new_zeros(channels)
        x_gradient = torch.empty_like(x) if ctx.needs_input_grad[0] else None
        sizes = (batch, height, width, ctx.groups, channels // ctx.groups, outputs[0, 0].numel())
        arrays = (x, gradient, outputs, places, patches)
        results = (patch_gradients, bias_gradient, x_gradient)
        failed = ctx.library.pooled_convolution_backward(
            *map(ctypes.c_long, sizes),
            *(ctypes.c_void_p(array.data_ptr()) for array in arrays),
            *(
                ctypes.c_void_p(result.data_ptr() if result is not None else None)
                for result in results
            ),
        )
        if failed:
            raise MemoryError("no memory for the gradients of a pooled convolution")
        weight_gradient = patch_gradients[:, :, : kernel * inputs].unflatten(2, (kernel, inputs))
        return x_gradient, weight_gradient.permute(0, 3, 1, 2), bias_gradient, None, None


def _padded(patches: Tensor) -> Tensor:
    """Patches, out x rows x row, with zeros at the end of rows so that vectors fill them."""
    return F.pad(patches, (0, -patches.shape[2] % LANES))


def _channels_last(tensor: Tensor) -> Tensor:
    return tensor.contiguous(memory_format=torch.channels_last)
