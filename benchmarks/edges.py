"""Edge smoothing against the loop over pixels that public CartoonGAN code uses.

The loop goes over every pixel near an edge, as the definition says. Both of our forms
are timed in the same run on the same drawn cartoons of 256 pixels.
"""

import time

from cartoongan_tf.data.edges import smooth_edges, smooth_edges_by_definition
from cartoongan_tf.samples import samples

PICTURES = 4
REPEATS = 40


def seconds(function, pictures, repeats):
    for picture in pictures:  # warm
        function(picture)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for picture in pictures:
            function(picture)
        times.append((time.perf_counter() - start) / len(pictures))
    return sorted(times)[len(times) // 2]


def main():
    pictures = samples.draw_cartoons(PICTURES, "hayao", height=256, width=256)
    loop = seconds(smooth_edges_by_definition, pictures, 2)
    fast = seconds(smooth_edges, pictures, REPEATS)
    exact = seconds(lambda p: smooth_edges(p, exact=True), pictures, REPEATS)
    print(f"loop_ms: {1000 * loop:.1f}")
    print(f"fast_ms: {1000 * fast:.3f}")
    print(f"exact_ms: {1000 * exact:.3f}")
    print(f"fast_speedup: {loop / fast:.0f}")
    print(f"exact_speedup: {loop / exact:.0f}")


if __name__ == "__main__":
    main()
