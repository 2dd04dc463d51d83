"""An optimizer whose steps of a kernel are as long in all directions."""

import keras
from keras import ops

SLOPES = 3.4445, -4.7750, 2.0315  # of the quintic that brings singular values near 1
ROUNDS = 5
# Steps as long as Adam's, whose values are about 0.2 each (Liu et al., section 2.2).
LENGTH = 0.2


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Muon(keras.optimizers.Adam):
    """Adam, but for kernels of convolutions the momentum's nearest orthogonal matrix.

    A kernel is a matrix of all that it reads by all that it gives. The gradients of
    one are nearly of low rank: Adam's steps follow the few strong directions, and the
    others wait. Steps whose singular values are all about 1 follow all of them. Keras's
    own `Muon` knows dense layers alone, and leaves kernels of convolutions to Adam.

    Args:
        learning_rate: As Adam's: steps are made as long as its.
        beta_1: Adam's, for biases, scales and narrow kernels.
        beta_2: Likewise.
        momentum: Of the gradients of kernels.
        narrow: Kernels that read or give fewer channels than this are Adam's.

    Reference: Jordan et al., Muon, https://kellerjordan.github.io/posts/muon; the
    length of steps: Liu et al., 2025, https://arxiv.org/abs/2502.16982
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.99,
        momentum=0.95,
        narrow=32,
        name="muon",
        **kwargs,
    ):
        super().__init__(learning_rate, beta_1, beta_2, name=name, **kwargs)
        self.momentum, self.narrow = momentum, narrow

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._gathered = {}
        for place, variable in enumerate(variables):
            if self._is_kernel(variable):
                self._gathered[place] = self.add_variable_from_reference(
                    variable, name="gathered"
                )

    def update_step(self, gradient, variable, learning_rate):
        gathered = self._gathered.get(self._get_variable_index(variable))
        if gathered is None:
            super().update_step(gradient, variable, learning_rate)
            return
        gradient = ops.cast(gradient, gathered.dtype)
        momentum = self.momentum * gathered + gradient
        self.assign(gathered, momentum)
        ahead = gradient + self.momentum * momentum  # Nesterov's
        matrix = ops.reshape(ahead, (-1, variable.shape[-1]))
        longest = max(matrix.shape)
        step = ops.cast(learning_rate, gathered.dtype) * LENGTH * longest**0.5
        self.assign_sub(
            variable, step * ops.reshape(orthogonal(matrix), variable.shape)
        )

    def get_config(self):
        own = {"momentum": self.momentum, "narrow": self.narrow}
        return {**super().get_config(), **own}

    def _is_kernel(self, variable) -> bool:
        shape = variable.shape
        return len(shape) == 4 and min(shape[2:]) >= self.narrow


def orthogonal(matrix):
    """A matrix of the same directions whose singular values are all about 1.

    0.7 to 1.2, after five rounds of a quintic polynomial, without any decomposition.

    Args:
        matrix: `(rows, columns)`, float32, not all zeros.

    Reference: Jordan et al., Muon, https://kellerjordan.github.io/posts/muon
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = ops.transpose(matrix) if tall else matrix
    x = x / (ops.sqrt(ops.sum(ops.square(x))) + 1e-7)
    first, third, fifth = SLOPES
    for _ in range(ROUNDS):
        square = ops.matmul(x, ops.transpose(x))
        x = first * x + ops.matmul(
            third * square + fifth * ops.matmul(square, square), x
        )
    return ops.transpose(x) if tall else x
