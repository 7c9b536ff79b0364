#!/usr/bin/env python3
"""Rewires a hundred networks, and writes docs/zoo.md: `zoo.py [GLOB]...`, all without a glob.

The rows of networks that no glob takes stay as they are.

Each is made with fresh weights, in a process of its own, and given to ``parewire.torch.rewire_``.
The packages are those of zoo-requirements.txt, 6 GB once installed; the largest network takes 5 GB
of memory.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "zoo.md"
HEAD = ["| network | weights, millions | rewired | seconds | beside |", "| --- " * 5 + "|"]
LIMIT_SECONDS = 900
Maker = Callable[[], Any]

# fmt: off
TORCHVISION = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s",
    "googlenet", "inception_v3", "maxvit_t", "mnasnet1_0", "mobilenet_v2", "mobilenet_v3_large",
    "regnet_x_400mf", "regnet_y_400mf", "resnet18", "resnet50", "resnext50_32x4d",
    "shufflenet_v2_x1_0", "squeezenet1_1", "swin_t", "swin_v2_t", "vgg11_bn", "vit_b_16",
    "wide_resnet50_2", "deeplabv3_resnet50", "fcn_resnet50", "lraspp_mobilenet_v3_large",
    "fasterrcnn_resnet50_fpn_v2", "maskrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn",
    "retinanet_resnet50_fpn", "fcos_resnet50_fpn", "ssd300_vgg16",
    "ssdlite320_mobilenet_v3_large", "mc3_18", "r2plus1d_18", "s3d", "swin3d_t", "mvit_v2_s",
    "raft_small",
]
# fmt: on

# fmt: off
TIMM = [
    "beit_base_patch16_224", "cait_xxs24_224", "coat_tiny", "coatnet_0_rw_224",
    "convmixer_768_32", "convnextv2_tiny", "crossvit_9_240", "cspresnet50", "darknet53",
    "davit_tiny", "deit3_small_patch16_224", "dla34", "dpn68", "edgenext_small",
    "efficientformer_l1", "eva02_tiny_patch14_224", "fastvit_t8", "focalnet_tiny_srf",
    "gcvit_xxtiny", "ghostnet_100", "hardcorenas_a", "hgnet_tiny", "hiera_tiny_224",
    "hrnet_w18", "inception_next_tiny", "levit_128", "lambda_resnet26t",
    "maxxvit_rmlp_nano_rw_256", "mixer_s16_224", "mobilevit_s", "nf_resnet50", "nfnet_f0",
    "pit_ti_224", "poolformer_s12", "pvt_v2_b0", "repvgg_a2", "res2net50_26w_4s",
    "resmlp_12_224", "resnest14d", "resnetv2_50x1_bit", "rexnet_100", "selecsls42b", "senet154",
    "sequencer2d_s", "skresnet18", "tiny_vit_5m_224", "tnt_s_patch16_224", "tresnet_m",
    "twins_pcpvt_small", "visformer_tiny", "volo_d1_224", "xception41", "xcit_nano_12_p16_224",
]
# fmt: on

# By their configuration's class: the arguments that make it small, and the network's class.
TRANSFORMERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Albert": ("AlbertModel", {}),
    "Bart": ("BartForConditionalGeneration", {}),
    "Bert": ("BertForMaskedLM", {}),
    "Bloom": ("BloomForCausalLM", {"hidden_size": 256, "n_layer": 4, "n_head": 4}),
    "CLIP": ("CLIPModel", {}),
    "Deberta": ("DebertaModel", {}),
    "Dinov2": ("Dinov2Model", {}),
    "DistilBert": ("DistilBertModel", {}),
    "Electra": ("ElectraModel", {}),
    "Falcon": (
        "FalconForCausalLM",
        {"hidden_size": 512, "num_hidden_layers": 4, "num_attention_heads": 8},
    ),
    "Gemma2": (
        "Gemma2ForCausalLM",
        {"hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 4},
    ),
    "GPT2": ("GPT2LMHeadModel", {}),
    "GptOss": (
        "GptOssForCausalLM",
        {
            "hidden_size": 256,
            "intermediate_size": 256,
            "num_hidden_layers": 2,
            "num_local_experts": 4,
            "vocab_size": 8000,
        },
    ),
    "Llama": (
        "LlamaForCausalLM",
        {
            "hidden_size": 768,
            "intermediate_size": 2048,
            "num_hidden_layers": 8,
            "num_attention_heads": 12,
        },
    ),
    "Mamba": ("MambaForCausalLM", {"num_hidden_layers": 4}),
    "Mixtral": (
        "MixtralForCausalLM",
        {
            "hidden_size": 256,
            "intermediate_size": 512,
            "num_hidden_layers": 4,
            "num_attention_heads": 8,
            "num_key_value_heads": 2,
        },
    ),
    "Opt": ("OPTForCausalLM", {}),
    "Qwen2Moe": (
        "Qwen2MoeForCausalLM",
        {
            "hidden_size": 256,
            "intermediate_size": 512,
            "num_hidden_layers": 2,
            "num_experts": 8,
            "num_attention_heads": 8,
            "num_key_value_heads": 8,
        },
    ),
    "Roberta": ("RobertaModel", {}),
    "Segformer": ("SegformerForSemanticSegmentation", {}),
    "T5": ("T5ForConditionalGeneration", {}),
    "ViT": ("ViTModel", {}),
    "Wav2Vec2": ("Wav2Vec2Model", {}),
    "Whisper": ("WhisperForConditionalGeneration", {}),
}


def torchvision(name: str) -> Maker:
    """Return what makes one of torchvision's networks."""

    def make() -> Any:
        import torchvision as library

        kinds = (library.models.detection, library.models.segmentation)
        has_backbone = any(hasattr(kind, name) for kind in kinds)
        more = {"weights_backbone": None} if has_backbone else {}
        return library.models.get_model(name, weights=None, **more)

    return make


def timm(name: str) -> Maker:
    """Return what makes one of timm's networks."""

    def make() -> Any:
        import timm as library

        return library.create_model(name, pretrained=False)

    return make


def transformers(name: str) -> Maker:
    """Return what makes one of transformers' networks."""

    def make() -> Any:
        import transformers as library

        network, arguments = TRANSFORMERS[name]
        names = {"Opt": "OPT"}
        configuration = getattr(library, f"{names.get(name, name)}Config")
        return getattr(library, network)(configuration(**arguments))

    return make


def diffusers_unet() -> Any:
    """Return a diffusion model's network, smaller than the usual one."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(block_out_channels=(64, 128, 256, 256), cross_attention_dim=256)


def diffusers_vae() -> Any:
    """Return a variational autoencoder."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(block_out_channels=(64, 128))


def diffusers_transformer() -> Any:
    """Return a diffusion transformer."""
    from diffusers import DiTTransformer2DModel

    return DiTTransformer2DModel(num_attention_heads=6, attention_head_dim=64, num_layers=6)


def monai(name: str, **arguments: Any) -> Maker:
    """Return what makes one of MONAI's networks."""

    def make() -> Any:
        from monai.networks import nets

        return getattr(nets, name)(**arguments)

    return make


def segmentation(name: str) -> Maker:
    """Return what makes one of segmentation_models_pytorch's networks."""

    def make() -> Any:
        import segmentation_models_pytorch as library

        return getattr(library, name)("resnet18", encoder_weights=None)

    return make


def geometric(name: str) -> Maker:
    """Return what makes one of PyTorch Geometric's networks."""

    def make() -> Any:
        from torch_geometric.nn import models

        return getattr(models, name)(64, 128, 3, 10)

    return make


def peft_lora() -> Any:
    """Return a network whose weights are frozen, with trained weights beside some of them."""
    from peft import LoraConfig, get_peft_model
    from transformers import BertConfig, BertModel

    return get_peft_model(BertModel(BertConfig()), LoraConfig(target_modules=["query", "value"]))


def lightning_module() -> Any:
    """Return a Lightning module."""
    import lightning
    import torchvision as library

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = library.models.resnet18()

    return Module()


VOLUME = {"spatial_dims": 3, "in_channels": 1, "out_channels": 2}
ZOO: dict[str, Maker] = {
    **{f"torchvision {name}": torchvision(name) for name in TORCHVISION},
    **{f"timm {name}": timm(name) for name in TIMM},
    **{f"transformers {name}": transformers(name) for name in TRANSFORMERS},
    "diffusers UNet2DConditionModel": diffusers_unet,
    "diffusers AutoencoderKL": diffusers_vae,
    "diffusers DiTTransformer2DModel": diffusers_transformer,
    "monai UNet": monai("UNet", channels=(16, 32, 64), strides=(2, 2), **VOLUME),
    "monai SegResNet": monai("SegResNet"),
    "monai DynUNet": monai(
        "DynUNet",
        kernel_size=[3, 3, 3],
        strides=[1, 2, 2],
        upsample_kernel_size=[2, 2],
        **VOLUME,
    ),
    "monai UNETR": monai("UNETR", in_channels=1, out_channels=2, img_size=64),
    "segmentation Unet": segmentation("Unet"),
    "segmentation FPN": segmentation("FPN"),
    "segmentation DeepLabV3Plus": segmentation("DeepLabV3Plus"),
    "geometric GCN": geometric("GCN"),
    "geometric GAT": geometric("GAT"),
    "geometric GIN": geometric("GIN"),
    "geometric GraphSAGE": geometric("GraphSAGE"),
    "peft LoRA of Bert": peft_lora,
    "lightning module": lightning_module,
}


def run(name: str) -> dict[str, Any]:
    """Make and rewire a network in this process, and return what to tell of it."""
    import torch

    from parewire.torch import rewire_

    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = ZOO[name]()
        begin = time.perf_counter()
        report = rewire_(network)
    seconds = time.perf_counter() - begin
    matrices = [each for each in report.left if sum(size > 1 for size in each.shape) > 1]
    return {
        "coverage": report.coverage.removesuffix(" dense and conv weights"),
        "weights": report.tool.weights,
        "seconds": seconds,
        "left": dict(Counter(each.reason.partition(";")[0] for each in matrices)),
        "noted": len([each for each in report.rewired if each.note]),
    }


def in_process(name: str) -> dict[str, Any]:
    """Do the same in a process of its own, which may fail."""
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--one", name],
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        )
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LIMIT_SECONDS} s"}
    lines = done.stdout.splitlines()
    if done.returncode == 0 and lines:
        result: dict[str, Any] = json.loads(lines[-1])
        return result
    return {"error": (done.stderr.strip().splitlines() or ["said nothing"])[-1][:300]}


def row(name: str, result: dict[str, Any]) -> str:
    """Return a row of the table."""
    if "error" in result:
        return f"| {name} | | failed | | {result['error']} |"
    left = "; ".join(f"{count}: {reason}" for reason, count in result["left"].items())
    noted = f"{result['noted']} rewired that layers compute others from" if result["noted"] else ""
    return (
        f"| {name} | {result['weights'] / 1e6:.1f} | {result['coverage']} "
        f"| {result['seconds']:.1f} | {'; '.join(filter(None, [noted, left]))} |"
    )


def main() -> int:
    """Run all networks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("globs", nargs="*")
    parser.add_argument("--one", help="run this network in this process, and print its result")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(run(arguments.one)))
        return 0
    globs = arguments.globs or ["*"]
    names = [name for name in ZOO if any(fnmatch.fnmatch(name, glob) for glob in globs)]
    failed = 0
    for name in names:
        result = in_process(name)
        failed += "error" in result
        print(row(name, result), flush=True)
        write_page(name, row(name, result))
    print(f"{len(names) - failed} of {len(names)} networks rewired")
    return 1 if failed else 0


def write_page(name: str, its_row: str) -> None:
    """Put a row into the page's table, in place of the network's row before."""
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index(HEAD[0])
    rows = {each.split(" | ")[0].removeprefix("| "): each for each in lines[start + 2 :]}
    rows[name] = its_row
    table = [*HEAD, *(rows[each] for each in ZOO if each in rows)]
    PAGE.write_text("\n".join([*lines[:start], *table]) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
