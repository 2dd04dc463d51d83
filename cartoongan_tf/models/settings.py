"""What models may be asked for, and do when not asked: first CartoonGAN's two phases.

Read without importing Keras, by plans and by the models themselves.
"""

ADVERSARIAL = ("least-squares", "log")  # the authors' code's; the paper's
CONTENT = ("l1", "l2")  # the paper's; an ablation of its section 4.3

# The effective weight of the published models. The paper says 10, but the authors' code
# backpropagates its VGG preprocessing by 1 / 127.5 where the chain rule asks for 127.5:
# 10 / 127.5^2. At a true 10 no style appears.
CONTENT_WEIGHT = 6e-4
# The content gradient's norm against the adversarial one's, at the picture. The
# adversarial one changes its mind from batch to batch, the content one does not: at 0.5
# lines hardly come, at 0.05 the photo dissolves (docs/experiment.md).
BALANCE = 0.2
# A held balance follows its gradients with this part of a step, in logarithms: they
# halve and double from batch to batch.
BALANCE_STEP = 0.02
BALANCED_WEIGHTS = (1e-8, 1e4)
BETA_1 = 0.5  # Adam's, authors' code

CYCLE_WEIGHT = 10.0  # CycleGAN, section 4; U-GAT-IT, section 2.2
# U-GAT-IT, section 2.2, and the authors' code
IDENTITY_WEIGHT = 10.0
CAM_WEIGHT = 1000.0
WEIGHT_DECAY = 1e-4
