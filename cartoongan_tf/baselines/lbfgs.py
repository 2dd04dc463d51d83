"""L-BFGS, by which the papers' authors change pictures and maps of features."""

from collections import deque

import tensorflow as tf

SUFFICIENT = 1e-4  # of the slope's promise, that a step must keep (Armijo)
TRIES = 12  # step lengths, each half the one before
FIRST = 0.1  # the first step's length, as a share of the start's


class LBFGS:
    """Minimizes a function of one tensor by its gradients.

    What it has learnt of the function's curvature stays from call to call, for a
    function that changes a little between them.

    Args:
        history: Pairs of a step and the change of the gradient to keep.

    Reference: J. Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", 1980;
    steps are halved until they keep Armijo's rule.
    """

    def __init__(self, history=10):
        self.pairs = deque(maxlen=history)

    def minimize(self, function, start, steps, tolerance=0.0, on_step=None):
        """Takes steps downhill.

        Args:
            function: Takes a tensor, returns the loss and its gradient.
            start: Tensor.
            steps: At most so many.
            tolerance: It ends after a step that lowers the loss by a smaller share.
            on_step: Called with the loss after each step.

        Returns:
            Tensor; its loss is never above the start's.
        """
        x = start
        loss, gradient = function(x)
        for _ in range(steps):
            found = self._step(function, x, loss, gradient)
            if found is None:
                break
            before, (x, loss, gradient) = float(loss), found
            if on_step is not None:
                on_step(float(loss))
            if before - float(loss) <= tolerance * before:
                break
        return x

    def _step(self, function, x, loss, gradient):
        """The next place, its loss and gradient; None where nothing lies lower."""
        while True:
            direction = self._direction(gradient)
            slope = _dot(direction, gradient)
            length = 1.0
            if not self.pairs:
                size = max(_dot(x, x), 1e-12) / max(-slope, 1e-30)
                length = FIRST * size**0.5
            for _ in range(TRIES if slope < 0 else 0):
                place = x + length * direction
                new_loss, new_gradient = function(place)
                if float(new_loss) <= float(loss) + SUFFICIENT * length * slope:
                    self._learn(place - x, new_gradient - gradient)
                    return place, new_loss, new_gradient
                length /= 2
            if not self.pairs:
                return None
            self.pairs.clear()  # the curvature misled: once more along the gradient

    def _learn(self, step, change):
        product = _dot(step, change)
        if product > 1e-10 * _dot(change, change):
            self.pairs.append((step, change, product))

    def _direction(self, gradient):
        q, shares = -gradient, []
        for step, change, product in reversed(self.pairs):
            shares.append(_dot(step, q) / product)
            q -= shares[-1] * change
        if self.pairs:
            _, change, product = self.pairs[-1]
            q *= product / _dot(change, change)
        for step, change, product in self.pairs:
            q += (shares.pop() - _dot(change, q) / product) * step
        return q


def _dot(a, b) -> float:
    return float(tf.reduce_sum(a * b))
