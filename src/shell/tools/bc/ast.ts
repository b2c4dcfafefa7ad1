/** The tree of a bc program. `at` is where bc's own code for it ends, which its runtime errors name. */

export type Expr =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'load'; readonly target: Target }
  | {
      readonly kind: 'assign';
      readonly operator: string;
      readonly target: Target;
      readonly value: Expr;
      readonly at: number;
      readonly operatorAt: number;
    }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly before: boolean; readonly target: Target; readonly at: number }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr; readonly at: number }
  | { readonly kind: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'not' | 'minus'; readonly operand: Expr }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[]; readonly at: number }
  | { readonly kind: 'builtin'; readonly name: string; readonly operand?: Expr; readonly at: number };

export type Argument = Expr | { readonly kind: 'array'; readonly name: string };

export interface Target {
  readonly name: string;
  readonly index?: Expr;
  readonly at: number;
}

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expr; readonly shown: boolean }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'print'; readonly items: readonly (Expr | string)[] }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Statement; readonly no?: Statement }
  | { readonly kind: 'while'; readonly test: Expr; readonly body: Statement }
  | { readonly kind: 'for'; readonly first?: Expr; readonly test?: Expr; readonly step?: Expr; readonly body: Statement }
  | { readonly kind: 'return'; readonly value?: Expr }
  | { readonly kind: 'break' | 'continue' | 'halt' | 'limits' };

export interface Parameter {
  readonly name: string;
  readonly array: boolean;
  readonly byReference: boolean;
}

export interface Definition {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly autos: readonly Parameter[];
  readonly nothing: boolean;
  readonly body: readonly Statement[];
}
