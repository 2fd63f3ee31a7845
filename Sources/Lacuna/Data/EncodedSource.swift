import Tables

/// The features of a source under an encoder: transformed at once where the source has columns, else encoded as they are
/// read or kept sparse. Parts of raw features share them.
struct EncodedSource {
    private let encoder: FeatureEncoder
    private let columns: [FeatureColumn]
    private let raw: (features: RawFeatures, encoded: FeatureMatrix, places: [Int])?

    /// - Parameter places: of the encoder's columns among the source's.
    /// - Throws: `TableError` for a column of words where the source holds numbers.
    init(_ table: SourceTable, places: [Int], encoder: FeatureEncoder) throws(TableError) {
        self.encoder = encoder
        guard let source = table.raw else {
            columns = table.features(at: places)
            raw = nil
            return
        }
        columns = []
        let rawPlaces = places.map { source.columnOfPlace[$0] }
        raw = (source.features, try encoder.encoding(source.features, places: rawPlaces), rawPlaces)
    }

    /// The chosen rows, from 0, or all.
    func features(rows: [Int]?) -> (features: FeatureMatrix, surprises: FeatureEncoder.Surprises) {
        guard let raw else { return encoder.transform(columns, rows: rows) }
        return (
            rows.map { raw.encoded.selecting(rows: $0) } ?? raw.encoded,
            encoder.surprises(raw.features, places: raw.places, rows: rows ?? Array(0..<raw.features.rows))
        )
    }
}
