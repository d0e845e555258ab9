const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Words that a constant and a type of a generated TypeScript module cannot be called. */
export const javaScriptWords: ReadonlySet<string> = new Set(
  words(`
    abstract any arguments as async await bigint boolean break case catch class const constructor continue debugger
    declare default delete do double else enum eval export extends false final finally float for from function get if
    implements import in infer instanceof int interface is keyof let module namespace never new null number object of
    package private protected public readonly require return set static string super switch symbol this throw true try
    type typeof undefined unique unknown var void while with yield
    defineModel ModelClass Net Input ClassOutput LabelsOutput MaskOutput TensorOutput Readonly Record Promise URL
    Float32Array Uint8Array __proto__
  `),
);

/** Words of C++ that are not among them: a model is a namespace there. */
export const cppWords: ReadonlySet<string> = new Set(
  words(`
    alignas alignof and and_eq asm auto bitand bitor bool char char8_t char16_t char32_t co_await co_return co_yield
    compl concept const_cast consteval constexpr constinit decltype dynamic_cast explicit extern friend goto inline long
    mutable noexcept not not_eq nullptr operator or or_eq register reinterpret_cast requires short signed sizeof
    static_assert static_cast struct template thread_local typedef typeid typename union unsigned using virtual volatile
    wchar_t xor xor_eq std main cnnc
  `),
);
