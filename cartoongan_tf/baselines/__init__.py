"""What CartoonGAN is compared with in the paper's section 4.2."""
