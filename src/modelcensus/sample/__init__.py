"""The bundled sample: real counters and a real published series, imported through the same door as any other."""

from modelcensus.sample.bundled import SAMPLE_FOLDER, build_sample, sample_ledger, sample_root

__all__ = ["SAMPLE_FOLDER", "build_sample", "sample_ledger", "sample_root"]
