"""The names that networks may be asked for; read without importing Keras."""

NORMALIZATIONS = ("instance", "none")  # of a discriminator
NORMS = ("instance", "batch", "global")  # of a light generator
PADDINGS = ("zeros", "reflect")
# VGG19's last convolution of each block, up to the paper's conv4_4.
LAYERS = ("block1_conv2", "block2_conv2", "block3_conv4", "block4_conv4")
