/** The part of WebAssembly that compute uses; Node's types have none and the DOM's are not wanted. */
declare namespace WebAssembly {
  class Module {}
  class Memory { readonly buffer: ArrayBuffer }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
