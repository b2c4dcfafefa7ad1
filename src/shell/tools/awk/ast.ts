/** The tree of an awk program. */

export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'regexp'; readonly source: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly index: readonly Expr[] }
  | { readonly kind: 'field'; readonly index: Expr }
  /** `(a, b)`: only before `in`, or as the whole of what is printed. */
  | { readonly kind: 'group'; readonly items: readonly Expr[] }
  | { readonly kind: 'assign'; readonly operator: string; readonly target: Target; readonly value: Expr }
  | { readonly kind: 'step'; readonly operator: '++' | '--'; readonly before: boolean; readonly target: Target }
  | { readonly kind: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Expr }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'choose'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'match'; readonly negated: boolean; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'in'; readonly index: readonly Expr[]; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'length of array'; readonly name: string }
  | { readonly kind: 'split'; readonly text: Expr; readonly name: string; readonly separator?: Expr }
  | { readonly kind: 'find'; readonly text: Expr; readonly pattern: Expr }
  | { readonly kind: 'substitute'; readonly all: boolean; readonly pattern: Expr; readonly by: Expr; readonly target: Target }
  | { readonly kind: 'getline'; readonly from?: Expr; readonly command?: Expr; readonly target?: Target };

export type Target = Extract<Expr, { kind: 'variable' | 'element' | 'field' }>;

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly value: Expr }
  | {
      readonly kind: 'print' | 'printf';
      readonly args: readonly Expr[];
      readonly to?: { readonly operator: string; readonly name: Expr };
    }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Statement; readonly no?: Statement }
  | { readonly kind: 'while'; readonly test: Expr; readonly body: Statement }
  | { readonly kind: 'do'; readonly test: Expr; readonly body: Statement }
  | { readonly kind: 'for'; readonly first?: Expr; readonly test?: Expr; readonly step?: Expr; readonly body: Statement }
  | { readonly kind: 'for in'; readonly variable: string; readonly name: string; readonly body: Statement }
  | { readonly kind: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly kind: 'exit' | 'return'; readonly value?: Expr }
  | { readonly kind: 'delete'; readonly name: string; readonly index?: readonly Expr[] };

export interface Rule {
  readonly pattern?: Expr;
  /** The second half of a range. */
  readonly until?: Expr;
  /** undefined: print the record. */
  readonly body?: Statement;
}

export interface UserFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  body: Statement;
}

export interface Program {
  readonly begin: readonly Statement[];
  readonly rules: readonly Rule[];
  readonly end: readonly Statement[];
  readonly functions: ReadonlyMap<string, UserFunction>;
  /** Names used as arrays, that are not parameters. */
  readonly arrays: ReadonlySet<string>;
}
