import loadHighs, { type Highs } from 'highs'
import type { Solver } from '../core/stats/whole-numbers.ts'

/** Beyond this a number of the solver is not taken for a whole one; `suppress` checks exactly what is taken. */
const nearlyWhole = 1e-6
const unreachable = 1e30
/** A question that takes longer is answered with the best found so far: then a cell more is hidden. Not measured to occur. */
const secondsPerQuestion = 20

// The package declares its types as if it were CommonJS, where the loader hangs below the name; what Node imports is the loader itself.
const load = loadHighs as unknown as typeof loadHighs.default

function solverOf(highs: Highs): Solver {
  const { objectiveSense, variableType, modelStatus } = highs.constants
  return ({ lows, highs: tops, rows }) => {
    const [numCols, numRows] = [lows.length, rows.length]
    const starts = [0]
    for (const row of rows) starts.push(starts.at(-1)! + row.places.length)
    const totals = rows.map((row) => row.total)
    const model = highs.createModel({
      numCols,
      numRows,
      colCost: lows.map(() => 0),
      colLower: [...lows],
      colUpper: [...tops],
      rowLower: totals,
      rowUpper: totals,
      matrix: {
        format: 'csr',
        numRows,
        numCols,
        starts,
        indices: rows.flatMap((row) => row.places),
        values: rows.flatMap((row) => row.factors),
      },
    })
    model.options.set('output_flag', false)
    model.options.set('time_limit', secondsPerQuestion)
    // Counts are whole, so an answer within a half is the answer.
    model.options.set('mip_rel_gap', 0)
    model.options.set('mip_abs_gap', 0.5)
    // The same question has the same answer, whatever was asked before.
    model.options.set('random_seed', 0)
    const places = lows.map((_, place) => place)
    const run = () => {
      model.zeroAllClocks()
      model.run()
      const values = [...model.getSolution().colValue]
      const whole = values.map((value) => Math.round(value) + 0) // + 0: a solver's -0 is 0
      return {
        whole,
        isWhole: values.length === numCols && values.every((value, i) => Math.abs(value - whole[i]!) < nearlyWhole),
        status: model.getModelStatus(),
      }
    }
    return {
      furthest: (place, way, enough) => {
        model.changeObjectiveSense(way === 'smallest' ? objectiveSense.minimize : objectiveSense.maximize)
        model.changeColCost(place, 1)
        // Most tables have whole corners: then the linear answer, found a hundred times faster, is the answer.
        let found = run()
        if (found.status === modelStatus.optimal && !found.isWhole) {
          model.changeColsIntegrality(
            { kind: 'range', from: 0, to: numCols - 1 },
            places.map(() => variableType.integer),
          )
          model.options.set('objective_target', enough ?? (way === 'smallest' ? -unreachable : unreachable))
          found = run()
          model.clearIntegrality()
        }
        model.changeColCost(place, 0)
        return found.isWhole ? { values: found.whole, proven: found.status === modelStatus.optimal } : undefined
      },
      close: () => void model.dispose(),
    }
  }
}

/**
 * HiGHS as the solver of `suppress`: linear and integer programmes, machine code in a file of the package, no network.
 *
 * Loading it takes some 75 ms; asked, it answers at once, so that core stays free of promises. Chosen over yalps and
 * javascript-lp-solver, which needed over a second a question where it needs 50 ms (512 cells in three dimensions), and over
 * glpk.js, whose licence is GPL.
 */
export const loadSolver = async (): Promise<Solver> => solverOf(await load())
