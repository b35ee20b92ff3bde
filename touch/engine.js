// The engine of a page: a program is built in the module, changed and asked.
class Engine {
  constructor(module) {
    this.module = module;
  }

  // The result of a call; an error of the library is thrown.
  checked(result) {
    if (Number.isNaN(result)) {
      const error = this.string(this.module._touch_error());
      if (error) throw new Error(error);
    }
    return result;
  }

  string(at) {
    const bytes = this.module.HEAPU8;
    return new TextDecoder().decode(bytes.slice(at, bytes.indexOf(0, at)));
  }

  pass(numbers) {
    const at = this.module._touch_numbers(numbers.length) / 8;
    this.module.HEAPF64.set(numbers.map(Number), at);
    return numbers.length;
  }

  passText(text) {
    const bytes = new TextEncoder().encode(text);
    const at = this.module._touch_text(bytes.length);
    this.module.HEAPU8.set(bytes, at);
  }

  load(program) {
    const m = this.module;
    m._touch_begin();
    const leaves = new Map(program.leaves.map((leaf) => [leaf.id, leaf]));
    program.values.forEach((value, id) => {
      this.checked(m._touch_value(value.d, this.pass(value.s)));
      const leaf = leaves.get(id);
      if (leaf) {
        this.pass(elements(leaf.v));
        this.checked(m._touch_leaf(leaf.trained ? 1 : 0));
      }
    });
    for (const step of program.steps) {
      this.passText(step.op);
      m._touch_step(step.switches ? 1 : 0);
      step.a.forEach((argument) => this.argument(argument));
      step.o.forEach((id) => m._touch_made(id));
      if (step.random) {
        this.pass(step.random);
        m._touch_random();
      }
    }
    for (const [name, id] of program.names) {
      this.passText(name);
      m._touch_name(id);
    }
    this.checked(m._touch_end(program.output));
  }

  argument(a) {
    const m = this.module;
    if (a === null) m._touch_argument_none();
    else if (typeof a === "boolean") m._touch_argument_boolean(a ? 1 : 0);
    else if (typeof a === "string") {
      this.passText(a);
      m._touch_argument_text();
    } else if ("i" in a) m._touch_argument_integer(a.i);
    else if ("d" in a) m._touch_argument_real(Number(a.d));
    else if ("is" in a) m._touch_argument_integers(this.pass(a.is));
    else if ("ds" in a) m._touch_argument_reals(this.pass(a.ds));
    else if ("v" in a) m._touch_argument_value(a.v);
    else m._touch_argument_values(this.pass(a.vs));
  }

  get(leaf, index) {
    return this.checked(this.module._touch_get(leaf, index));
  }

  set(leaf, index, number) {
    this.checked(this.module._touch_set(leaf, index, number));
  }

  update() {
    this.checked(this.module._touch_update());
  }

  // A value's numbers; none where there are none.
  value(id) {
    return this.read(id, 0);
  }

  gradient(id) {
    return this.read(id, 1);
  }

  read(id, isGradient) {
    const count = this.checked(this.module._touch_read(id, isGradient));
    const at = this.module._touch_read_numbers() / 8;
    return this.module.HEAPF64.slice(at, at + count);
  }

  // The loss for other numbers of an element.
  curve(leaf, index, numbers) {
    this.pass(numbers);
    this.checked(this.module._touch_curve(leaf, index, numbers.length));
    const at = this.module._touch_read_numbers() / 8;
    return this.module.HEAPF64.slice(at, at + numbers.length);
  }

  curvature(leaf, index) {
    return this.checked(this.module._touch_curvature(leaf, index));
  }

  descend(rate) {
    this.checked(this.module._touch_descend(rate));
  }

  check(most) {
    return this.checked(this.module._touch_check(most));
  }

  explain(leaf) {
    return JSON.parse(this.string(this.module._touch_explain(leaf)));
  }
}

// Numbers as the page holds them: a list, or float32 in base64.
function elements(data) {
  if (typeof data !== "string") return data.map(Number);
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  return Array.from(new Float32Array(bytes.buffer));
}
