"""Writes murmur3.json: MurmurHash3 x86 32 of UTF-8 texts by the mmh3 package (the reference C++ code). pip install mmh3."""
import importlib.metadata
import json
import pathlib

import mmh3

texts = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'hello, world', 'user-1234567890', 'é', 'aé', 'abé', 'abcé', '€', 'a€', 'ab€', 'abc€',
         '😀', 'a😀', 'ab😀', 'abc😀', 'Ünïcödé', '日本語のユーザー', 'зд', '\u07ff\u0800\uffff', '\U0010ffff', 'mixed é€😀 end']
cases = [{'text': text, 'seed': seed, 'hash': mmh3.hash(text, seed, signed=False)} for text in texts for seed in (0, 1, 0x9747b28c)]
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps({'mmh3': importlib.metadata.version('mmh3'), 'cases': cases}, ensure_ascii=True, indent=1) + '\n')
