#!/usr/bin/env python3
"""Makes a tiny model file that a real llama server runs, so that a whole reading takes seconds.

The model is a llama to the server, and a table of pairs in truth: the embedding is one-hot, what attention
and feed-forward layers add is nothing, and the output matrix holds how likely each token follows another in
the sentences below. So its text looks like Chinese, English and Japanese, and means nothing. Characters that
are left out of the vocabulary on purpose are written as three byte tokens each, as with real small models.

usage: make_model.py OUT.gguf
"""
import collections
import random
import sys

import gguf
import numpy

SENTENCES = """
第一句：小舟繫在柳樹下，先聽水聲再開船。這一句請您先安頓好眼前的事，不必急著出發。
第二句：風從遠山慢慢來，帆影一片過前灣。機會還在路上，您只要把該備的東西備齊。
第三句：橋邊有人提燈坐，問路不如先問心。身旁有願意幫忙的人，開口之前先想清楚要什麼。
第四句：夜雨停時天已白，新茶一盞待君還。難的部分快要過去，把身體照顧好，結果自然會來。
整體來看，這件事起頭慢，後面穩；現在的安靜不是停頓，是在打底。
有利的地方在於您有耐心，也有可以商量的朋友；過去下的功夫，現在正好用得上。
要留意的是心急，別因為別人走得快就改變方向；說話之前，先把對方的話聽完。
建議您先做一件小事，今天就能做完的；再找一位信任的人談一談；最後給自己定一個日子。
籤詩是一面鏡子，它不替您決定，只陪您看清楚腳下的路。
總之，穩住腳步，慢慢來，該來的會在合適的時候來。
Line 1: The boat is tied below the willow, and the water speaks first. Put things in order before you leave.
Line 2: The wind comes slowly from the far hills. The chance is on its way, so have your things ready.
Line 3: Someone sits by the bridge with a lamp. Ask your own heart before you ask for the road.
Line 4: The night rain stops and the tea is warm. The hard part is nearly over, and rest will help.
As a whole the matter begins slowly and then grows steady. The quiet is not a stop, it is a beginning.
What helps is your patience, and a friend who can listen. The work of the past will be of use now.
Be careful of haste, and do not change your way because others walk faster. Listen before you speak.
Do one small thing today, talk with someone you trust, and choose a day for the next step.
一句目：小舟は柳の下に繋がれ、水の音が先に聞こえます。まず身の回りを整えましょう。
二句目：風は遠い山からゆっくり来ます。機会は途中にありますから、支度をしておきましょう。
全体としては、はじめは遅く、やがて落ち着いていきます。焦らず、信頼できる人と話してください。
"""
BLANK = "▁"
MARKS = "。，；：、"
LEFT_OUT = 0.45
PAIRS = 300
LAYERS, INNER = 2, 64
CONTEXT = 32768


def vocabulary(lines, chance):
    """Tokens, and the lines written in them."""
    wide = sorted({c for line in lines for c in line if ord(c) > 0x2E80 and c not in MARKS})
    known = {c for c in wide if chance.random() > LEFT_OUT}
    single = [chr(code) for code in range(0x21, 0x7F)] + [BLANK] + list(MARKS) + sorted(known)
    has = set(single)
    written = []
    for line in lines:
        tokens = []
        for c in BLANK + line.replace(" ", BLANK):
            tokens += [c] if c in has else [f"<0x{byte:02X}>" for byte in c.encode()]
        written.append(tokens)
    joined = []
    for _ in range(PAIRS):
        count = collections.Counter()
        for tokens in written:
            for left, right in zip(tokens, tokens[1:]):
                is_word = not (left + right).startswith("<0x") and "<0x" not in right
                is_inside = left[-1] not in MARKS + ".,:\"" and right[0] not in MARKS + ".,:\"" + BLANK
                if is_word and is_inside:
                    count[left, right] += 1
        if not count:
            break
        (left, right), times = max(count.items(), key=lambda item: (item[1], item[0]))
        if times < 2:
            break
        if left + right not in joined:
            joined.append(left + right)
        written = [join(tokens, left, right) for tokens in written]
    kind = gguf.TokenType
    tokens = [("<unk>", kind.UNKNOWN, 0.0), ("<s>", kind.CONTROL, 0.0), ("</s>", kind.CONTROL, 0.0)]
    tokens += [(f"<0x{byte:02X}>", kind.BYTE, 0.0) for byte in range(256)]
    tokens += [("<|im_start|>", kind.CONTROL, 0.0), ("<|im_end|>", kind.CONTROL, 0.0)]
    tokens += [(text, kind.NORMAL, -1.0 - place) for place, text in enumerate(joined)]
    tokens += [(text, kind.NORMAL, -1000.0 - place) for place, text in enumerate(single)]
    return tokens, written


def join(tokens, left, right):
    out, at = [], 0
    while at < len(tokens):
        pair = at + 1 < len(tokens) and tokens[at] == left and tokens[at + 1] == right
        out.append(left + right if pair else tokens[at])
        at += 2 if pair else 1
    return out


def followers(tokens, written):
    """How likely each token follows another, as logarithms: [next, previous]."""
    place = {token[0]: index for index, token in enumerate(tokens)}
    size = len(tokens)
    count = numpy.zeros((size, size))
    line_end, start, end, quote = (place[t] for t in ("<0x0A>", "<|im_start|>", "<|im_end|>", '"'))
    for line in written:
        ids = [place[token] for token in line]
        for left, right in zip(ids, ids[1:]):
            count[left, right] += 1
        count[ids[-1], line_end] += 0.5
        for opener in (line_end, start, quote, place["<s>"]):
            count[opener, ids[0]] += 1
    usual = count.sum(0) + 1e-3
    usual[:259] *= 0.02
    usual[[0, 1, 2, start, end]] = 0
    usual /= usual.sum()
    likely = numpy.empty_like(count)
    for token in range(size):
        total = count[token].sum()
        likely[token] = 0.985 * (count[token] / total if total else usual) + 0.015 * usual
    for stop in "。.":
        likely[place[stop]] *= 0.7
        likely[place[stop], quote] += 0.24
        likely[place[stop], end] += 0.06
    likely[:, quote] += 1e-4
    return numpy.log(numpy.maximum(likely, 1e-12)).T


def main():
    chance = random.Random(11)
    lines = [line for line in SENTENCES.strip().split("\n") if line]
    tokens, written = vocabulary(lines, chance)
    size = len(tokens)
    width = (size + 63) // 64 * 64
    place = {token[0]: index for index, token in enumerate(tokens)}
    out = gguf.GGUFWriter(sys.argv[1], "llama")
    out.add_name("kaucim-babble")
    out.add_context_length(CONTEXT)
    out.add_embedding_length(width)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(INNER)
    out.add_head_count(width // 64)
    out.add_head_count_kv(width // 64)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(64)
    out.add_file_type(gguf.LlamaFileType.ALL_F32)
    out.add_vocab_size(size)
    out.add_tokenizer_model("llama")
    out.add_tokenizer_pre("default")
    out.add_token_list([token[0].encode() for token in tokens])
    out.add_token_scores([token[2] for token in tokens])
    out.add_token_types([int(token[1]) for token in tokens])
    out.add_bos_token_id(1)
    out.add_eos_token_id(place["<|im_end|>"])
    out.add_eot_token_id(place["<|im_end|>"])
    out.add_unk_token_id(0)
    out.add_add_bos_token(True)
    out.add_add_space_prefix(False)
    embedding = numpy.zeros((size, width), dtype=numpy.float32)
    embedding[numpy.arange(size), numpy.arange(size)] = 1.0
    output = numpy.zeros((size, width), dtype=numpy.float32)
    # A one-hot row that is normalised has the length of the root of its width.
    output[:, :size] = followers(tokens, written) / numpy.sqrt(width)
    out.add_tensor("token_embd.weight", embedding)
    out.add_tensor("output_norm.weight", numpy.ones(width, numpy.float32))
    out.add_tensor("output.weight", output)
    noise = numpy.random.default_rng(11)

    def weights(*shape):
        return (noise.standard_normal(shape, dtype=numpy.float32) * 0.02).astype(numpy.float16)

    for layer in range(LAYERS):
        name = f"blk.{layer}."
        for norm in ("attn_norm", "ffn_norm"):
            out.add_tensor(f"{name}{norm}.weight", numpy.ones(width, numpy.float32))
        for part in ("attn_q", "attn_k", "attn_v"):
            out.add_tensor(f"{name}{part}.weight", weights(width, width))
        out.add_tensor(f"{name}attn_output.weight", numpy.zeros((width, width), numpy.float16))
        out.add_tensor(f"{name}ffn_gate.weight", weights(INNER, width))
        out.add_tensor(f"{name}ffn_up.weight", weights(INNER, width))
        out.add_tensor(f"{name}ffn_down.weight", numpy.zeros((width, INNER), numpy.float16))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    print(f"{sys.argv[1]}: {size} tokens, {width} wide")


if __name__ == "__main__":
    main()
