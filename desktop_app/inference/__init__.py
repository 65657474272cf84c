"""Text to vectors and scores.

Hides torch, transformers, FlagEmbedding, OpenVINO, tokenizers and safetensors, the model
process they live in, batching, precision and the folders of model packs. Only texts and
``numpy`` arrays cross its border. ``packs`` and ``worker`` are imported by the window's
process and import none of those libraries. Must not import parsing, store, indexing,
search, evaluation, PySide6, lancedb or pyarrow.
"""
