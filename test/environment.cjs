const { TestEnvironment } = require('jest-environment-node');

// Native addons make typed arrays of the main realm; jest's sandbox has classes of its own, so `instanceof` fails between the two.
const TYPED_ARRAYS = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array,
];

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const type of TYPED_ARRAYS) this.global[type.name] = type;
  }
};
