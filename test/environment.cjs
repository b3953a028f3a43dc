const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

// Native addons make typed arrays of the main realm; jest's sandbox has classes of its own, so `instanceof` fails between the two.
const TYPED_ARRAYS = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array,
];

/**
 * Jest looks up every global through a proxy, which costs a numeric loop more than its arithmetic: `Math` alone halves it. A context
 * with an ordinary global object has none.
 */
function withOrdinaryGlobals(construct) {
  const { createContext } = vm;
  vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
  try {
    return construct();
  } finally {
    vm.createContext = createContext;
  }
}

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    withOrdinaryGlobals(() => super(config, context));
    for (const type of TYPED_ARRAYS) this.global[type.name] = type;
  }
};
