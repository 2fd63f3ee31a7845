import Foundation
@testable import Lacuna
import TestSupport
import Testing

/// Event files of TensorBoard, against bytes that tensorboard wrote (Tests/Goldens/make_tensorboard.py) and, where Python
/// has it, read back by tensorboard itself.
@Suite struct TensorBoardTests {
    private struct Goldens: Decodable {
        struct Case: Decodable {
            var time: Double
            var step: Int
            var tags: [String]
            var values: [Double]
            var record: String
        }
        var scalars: [Case]
        var fileVersion: String
        var start: String
    }

    @Test func `the check of records is that of RFC 3720`() {
        #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum(of: Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum(of: []) == 0)
    }

    @Test func `records are byte for byte those that tensorboard writes`() throws {
        let goldens = try Golden.load("tensorboard", as: Goldens.self)
        #expect(hex(TensorBoardEvent(time: 1.5e9, step: 0, content: .fileVersion).record) == goldens.fileVersion)
        #expect(hex(TensorBoardEvent(time: 1.5e9, step: 7, content: .start).record) == goldens.start)
        #expect(goldens.scalars.count == 4)
        for golden in goldens.scalars {
            let scalars = zip(golden.tags, golden.values).map { (tag: $0, value: Float($1)) }
            let event = TensorBoardEvent(time: golden.time, step: golden.step, content: .scalars(scalars))
            #expect(hex(event.record) == golden.record)
        }
    }

    /// Two runs of four epochs in all: the first is stopped after its second epoch.
    private func train(in folder: String, log: String) throws -> History {
        var random = SeededGenerator(seed: 301)
        let problem = Problem.random(rows: 60, objectives: .everyKind, coverage: 0.6, using: &random)
        let train = try problem.selecting(rows: Array(0..<40)).dataset()
        let valid = try problem.selecting(rows: [0, 1] + Array(40..<60)).dataset()
        var history = History()
        for stop in [2, 99] {
            let model = try Model(features: 4, encoder: .dense(5), objectives: train.objectives, threads: 1)
            let log = TensorBoardLog(folder: log)
            history = try model.fit(
                train, validation: valid,
                TrainingSettings {
                    $0.epochs = 4
                    $0.balancing = .rlw
                },
                callbacks: Callbacks(afterEpoch: { epoch in
                    do { try log.write(epoch) } catch { Issue.record(error) }
                    return epoch.epoch == stop ? .stop : .proceed
                }), checkpoints: CheckpointStore(folder: folder), resume: true)
        }
        return history
    }

    @Test func `a run's files hold every epoch's scalars as soon as it ends, and a resumed run says where it starts`() throws {
        try withTemporaryFolder { folder in
            let history = try train(in: "\(folder)/run", log: "\(folder)/log")
            let names = files(in: "\(folder)/log")
            #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("events.out.tfevents.") })
            for (name, epochs) in zip(names, [[1, 2], [3, 4]]) {
                let events = try decode(bytes(of: "\(folder)/log/\(name)"))
                #expect(events.map(\.step) == [0, epochs[0]] + epochs)
                #expect(events[0].fileVersion == "brain.Event:2" && events[1].isStart)
                for event in events.dropFirst(2) {
                    let expected = history.epochs[event.step - 1].scalars
                    #expect(event.scalars.map(\.tag) == expected.map(\.tag))
                    // The rate of rows goes by the clock, but is the same number.
                    #expect(event.scalars.map(\.value) == expected.map { Float($0.value) })
                }
            }
            let tags = Set(history.epochs[0].scalars.map(\.tag))
            #expect(tags.isSuperset(of: [
                "trainingLoss", "validationLoss", "monitored", "learningRate", "rowsPerSecond", "tumor/auroc", "tumor/weight",
                "tumor/trainingLoss", "tumor/validationLoss", "size/r2", "grade/kappa", "tissue/balancedAccuracy",
            ]))
        }
    }

    // The bytes are compared above wherever the tests run; this asks the reader itself.
    @Test(.enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
    func `tensorboard's reader finds every scalar of a resumed run once`() throws {
        try withTemporaryFolder { folder in
            let history = try train(in: "\(folder)/run", log: "\(folder)/log")
            // As if the first process had died between its second epoch and that epoch's checkpoint.
            let orphan = TensorBoardLog(folder: "\(folder)/log")
            try orphan.write(history.epochs[1])
            for epoch in history.epochs[2...] { try orphan.write(epoch) }
            let read = try JSONDecoder().decode(
                [String: [[Double]]].self, from: Data(Python.run(script: "read_events.py", ["\(folder)/log"]).utf8))
            var expected: [String: [[Double]]] = [:]
            for epoch in history.epochs {
                for (tag, value) in epoch.scalars { expected[tag, default: []].append([Double(epoch.epoch), Double(Float(value))]) }
            }
            #expect(read == expected)
        }
    }

    @Test func `files sort in the order in which they were begun, whatever the clock says`() throws {
        try withTemporaryFolder { folder in
            for time in [2000.0, 1000, 1000, 5000] { try TensorBoardLog(folder: folder, now: { time }).begin(epoch: 1) }
            let seconds = files(in: folder).map { $0.split(separator: ".")[3] }
            #expect(seconds == ["0000002000", "0000002001", "0000002002", "0000005000"])
        }
    }

    @Test func `a folder that cannot be is an error that names it`() throws {
        try withTemporaryFolder { folder in
            try write([1], to: "\(folder)/file")
            let error = #expect(throws: ModelFileError.self) { try TensorBoardLog(folder: "\(folder)/file/log").begin(epoch: 1) }
            #expect(error?.file == "\(folder)/file/log")
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// An event as its bytes say, read without any of the code that wrote it.
private struct ReadEvent {
    var step = 0
    var fileVersion: String?
    var isStart = false
    var scalars: [(tag: String, value: Float)] = []
}

/// The events of a file; records whose check is wrong or that are cut short are an error.
private func decode(_ bytes: [UInt8]) throws -> [ReadEvent] {
    var rest = bytes[...], events: [ReadEvent] = []
    while !rest.isEmpty {
        let length = Array(try take(8, &rest)), check = number(try take(4, &rest))
        let message = Array(try take(number(length[...]), &rest)), messageCheck = number(try take(4, &rest))
        try #require(check == masked(length) && messageCheck == masked(message))
        var event = ReadEvent()
        for field in try fields(message) {
            switch field.number {
            case 2: event.step = field.value
            case 3: event.fileVersion = String(decoding: field.bytes, as: UTF8.self)
            case 5:
                for value in try fields(field.bytes) {
                    let parts = try fields(value.bytes)
                    event.scalars.append(
                        (
                            String(decoding: parts[0].bytes, as: UTF8.self),
                            Float(bitPattern: UInt32(number(parts[1].bytes[...])))
                        ))
                }
            case 7: event.isStart = field.bytes == [8, 1]
            default: break
            }
        }
        events.append(event)
    }
    return events
}

private func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
    try #require(rest.count >= count)
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
}

private func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

/// Bit by bit, as the polynomial says.
private func masked(_ bytes: [UInt8]) -> Int {
    var crc: UInt32 = .max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
    }
    crc = ~crc
    return Int(((crc >> 15) | (crc << 17)) &+ 0xA282_EAD8)
}

private func fields(_ message: [UInt8]) throws -> [(number: Int, value: Int, bytes: [UInt8])] {
    var rest = message[...], result: [(Int, Int, [UInt8])] = []
    func varint() throws -> Int {
        var value = 0, shift = 0
        while true {
            let byte = try take(1, &rest).first ?? 0
            value |= Int(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { return value }
        }
    }
    while !rest.isEmpty {
        let tag = try varint()
        switch tag & 7 {
        case 0: result.append((tag >> 3, try varint(), []))
        case 1: result.append((tag >> 3, 0, Array(try take(8, &rest))))
        case 5: result.append((tag >> 3, 0, Array(try take(4, &rest))))
        default:
            let length = try varint()
            result.append((tag >> 3, 0, Array(try take(length, &rest))))
        }
    }
    return result
}
