import type * as ast from "../ast/nodes.ts";

/** The tree as the printer walks it: what the tree sorts by kind is back in source order. */
export interface FileLayout extends Omit<ast.File, "comments"> {
  readonly declarations: readonly (ast.Import | ast.Declaration)[];
  readonly comments: ast.Comment[];
}

export interface TrainLayout extends ast.Train {
  readonly entries: readonly (ast.Setting | ast.Augment)[];
}

/** The nodes that the printer meets. */
export type LayoutNode = Exclude<ast.Node, ast.File | ast.Train | ast.Comment | ast.Doc> | FileLayout | TrainLayout;

export function layoutTree(file: ast.File): FileLayout {
  const models = file.models.map((model) => ({
    ...model,
    items: model.items.map((item) => (item.kind === "Train" ? trainLayout(item) : item)),
  }));
  const declarations = inOrder([...file.imports, ...file.blocks, ...models]);
  return { ...file, declarations, comments: [...file.comments] };
}

function trainLayout(train: ast.Train): TrainLayout {
  return { ...train, entries: inOrder([...train.settings, ...train.augments]) };
}

function inOrder<T extends { readonly span: ast.Node["span"] }>(nodes: readonly T[]): T[] {
  return [...nodes].sort((a, b) => a.span.start - b.span.start);
}
