"""Writes growthbook-hash.json: FNV-1a 32 over UTF-16 code units, from GrowthBook's written specification, for texts beyond ASCII.

The published cases are ASCII only. Python strings are code points, so the code units are made explicitly here.
"""
import json
import pathlib
import struct


def code_units(text):
    data = text.encode('utf-16-le', 'surrogatepass')
    return struct.unpack(f'<{len(data) // 2}H', data)


def fnv1a32(text):
    value = 0x811C9DC5
    for unit in code_units(text):
        value ^= unit
        value = (value + (value << 1) + (value << 4) + (value << 7) + (value << 8) + (value << 24)) & 0xFFFFFFFF
    return value


def growthbook(seed, value, version):
    if version == 2:
        return (fnv1a32(str(fnv1a32(seed + value))) % 10000) / 10000
    return (fnv1a32(value + seed) % 1000) / 1000


texts = ['é', '日本語', '😀', 'a😀b', '𝒳', 'naïve-user', 'пользователь-7', '\ud800', '\udc00x', '\uffff', 'مرحبا', '\U0010ffff']
cases = [{'seed': seed, 'value': value, 'version': version, 'bucket': growthbook(seed, value, version)}
         for value in texts for seed in ('', 'exp', '実験') for version in (1, 2)]
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps({'cases': cases}, ensure_ascii=True, indent=1) + '\n')
