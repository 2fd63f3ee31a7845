internal import LacunaKernels

/// A step of Adam of the layers of a ``DenseStack``, carried out where their gradients are made, while these are in a near cache.
struct LayerMoves {
    let numbers: lacuna_adam_numbers
    /// First and second moments, at the places that parameters have.
    let first: View<Float>
    let second: View<Float>

    /// Parameters from `offset` on move by their gradient.
    func move(_ offset: Int, _ gradient: View<Float>, _ parameters: View<Float>, _ workers: Workers) {
        workers.split(gradient.count, grain: 16, work: gradient.count) { own in
            let place = offset + own.lowerBound, count = own.count
            unsafe withUnsafePointer(to: numbers) { numbers in
                unsafe lacuna_adam(
                    count, parameters.slice(place, count).base, gradient.base + own.lowerBound, first.slice(place, count).base,
                    second.slice(place, count).base, numbers)
            }
        }
    }

    /// A layer's kernel moves by `inputᵀ · slopes`, with input `[rows, inputs]` and slopes `[rows, outputs]`; its gradient is written
    /// nowhere.
    func move(
        _ layer: ParameterLayout.Layer, _ input: View<Float>, _ slopes: View<Float>, rows: Int, _ parameters: View<Float>,
        _ strips: (input: Memory<Float>, slopes: Memory<Float>), _ workers: Workers
    ) {
        func inStrips(_ matrix: View<Float>, _ columns: Int, _ memory: Memory<Float>) -> View<Float> {
            let width = Int(LACUNA_STRIP), count = (columns + width - 1) / width
            precondition(matrix.count >= rows * columns, "a matrix of another size")
            let out = memory.room(for: count * rows * width)
            workers.split(count, work: 2 * rows * columns) { own in
                unsafe lacuna_strips(rows, columns, own.lowerBound, own.upperBound, matrix.base, out.base)
            }
            return out
        }
        let inputs = inStrips(input, layer.inputs, strips.input), outputs = inStrips(slopes, layer.outputs, strips.slopes)
        let kernel = views(of: layer, parameters), size = rows * layer.inputs * layer.outputs
        func all() {
            workers.split(layer.inputs, grain: 16, work: size) { own in
                unsafe withUnsafePointer(to: numbers) { numbers in
                    unsafe lacuna_kernel_adam(
                        rows, layer.outputs, own.lowerBound, own.upperBound, inputs.base, outputs.base, numbers,
                        kernel.parameters.base, kernel.first.base, kernel.second.base)
                }
            }
        }
        // The step of Adam is part of its time: what is said of products is less than they would reach alone.
        if let profile = workers.profile { profile.product(multiplyAdds: size, all) } else { all() }
    }

    /// The same with sparse rows as the input.
    func move(
        _ layer: ParameterLayout.Layer, _ input: TurnedRows, _ slopes: View<Float>, rows: Int, _ parameters: View<Float>,
        _ workers: Workers
    ) {
        precondition(slopes.count >= rows * layer.outputs, "a matrix of another size")
        let kernel = views(of: layer, parameters)
        input.forEachShare(of: layer.inputs, outputs: layer.outputs, workers) { own in
            unsafe withUnsafePointer(to: numbers) { numbers in
                unsafe lacuna_sparse_adam(
                    own.lowerBound, own.upperBound, layer.outputs, input.starts.base, input.rows.base, input.values.base, slopes.base,
                    numbers, kernel.parameters.base, kernel.first.base, kernel.second.base)
            }
        }
    }

    private func views(
        of layer: ParameterLayout.Layer, _ parameters: View<Float>
    ) -> (parameters: View<Float>, first: View<Float>, second: View<Float>) {
        let size = layer.inputs * layer.outputs
        return (parameters.slice(layer.kernel, size), first.slice(layer.kernel, size), second.slice(layer.kernel, size))
    }
}
