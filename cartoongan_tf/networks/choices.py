"""The names that networks may be asked for; read without importing Keras."""

DISCRIMINATORS = ("patch", "features")
NORMALIZATIONS = ("instance", "none")  # of a discriminator
NORMS = ("instance", "batch", "global", "none")  # of a light generator
PADDINGS = ("zeros", "reflect")
CONTENT_NETWORKS = ("vgg19", "vgg16", "random")
# The last convolution of each block, up to the paper's conv4_4 of VGG19.
LAYERS = ("block1_conv2", "block2_conv2", "block3_conv4", "block4_conv4")
# The same of VGG16.
VGG16_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")
CONTENT_LAYERS = tuple(sorted({*LAYERS, *VGG16_LAYERS}))
