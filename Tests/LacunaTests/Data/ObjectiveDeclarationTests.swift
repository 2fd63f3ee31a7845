import Testing

@testable import Lacuna

@Suite struct ObjectiveDeclarationTests {
    private func parse(_ text: String) throws -> ObjectiveDeclaration { try ObjectiveDeclaration(parsing: text) }

    private func refusal(_ text: String) throws -> SettingError {
        try #require(throws: SettingError.self) { try parse(text) }
    }

    @Test func `a pattern and a kind are enough`() throws {
        let declaration = try parse("tumor:binary")
        #expect(declaration == ObjectiveDeclaration(columns: .glob("tumor"), kind: .binary))
        #expect(declaration.description == "tumor:binary")
    }

    @Test func `keys are separated by commas and lists by bars`() throws {
        let declaration = try parse("grade:categorical:weight=0.5,classes=a|b|c,missing=-1|9,head=128|64,classWeights=1|2|3")
        #expect(declaration.weight == 0.5)
        #expect(declaration.classes == ["a", "b", "c"])
        #expect(declaration.missing == ["-1", "9"])
        #expect(declaration.head == [128, 64])
        #expect(declaration.classWeights == .values([1, 2, 3]))
    }

    @Test func `commas inside parentheses do not separate keys`() throws {
        #expect(try parse("t:binary:head=(128,64),weight=2").head == [128, 64])
        #expect(try parse("t:binary:head=(128,64),weight=2").weight == 2)
    }

    @Test func `a linear head is said by name`() throws {
        #expect(try parse("t:binary:head=linear").head == [])
        #expect(try parse("t:binary").head == nil)
    }

    @Test func `column names may hold colons and equals signs`() throws {
        #expect(try parse("a:b=c:binary:weight=2").columns == .glob("a:b=c"))
        #expect(try parse("ratio:binary:regression").columns == .glob("ratio:binary"))
    }

    @Test func `a group of columns has a name`() throws {
        let declaration = try parse("findings=finding_*:multilabel:any=negative")
        #expect(declaration.group == "findings")
        #expect(declaration.columns == .glob("finding_*"))
        #expect(declaration.missingLabels == .anyElseNegative)
        #expect(try refusal("finding_*:multilabel").fix == "name the group: 'NAME=finding_*:multilabel'")
    }

    @Test(arguments: [
        ("t:binry", "objective 't:binry' has the unknown kind 'binry'", "did you mean 'binary'?"),
        ("t:binry:weight=2", "objective 't:binry:weight=2' has the unknown kind 'binry'", "did you mean 'binary'?"),
        ("t", "objective 't' has no kind", "write 'COLUMN:KIND'; the kinds are binary, categorical, multilabel, regression, ordinal"),
        ("t:binary:wieght=2", "objective 't:binary' has the unknown key 'wieght'", "did you mean 'weight'?"),
        ("t:binary:classes=a|b", "objective 't:binary' has the key 'classes', which is not for binary objectives",
            "it is for categorical objectives"),
        ("t:regression:positive=yes", "objective 't:regression' has the key 'positive', which is not for regression objectives",
            "it is for binary and multilabel objectives"),
        ("t:binary:gamma=2", "objective 't:binary' has the key 'gamma', which the loss 'binaryCrossEntropy' does not take",
            "add loss=focal"),
        ("t:regression:delta=2", "objective 't:regression' has the key 'delta', which the loss 'squaredError' does not take",
            "add loss=huber"),
        (
            "t:binary:weight=heavy", "objective 't:binary' has weight 'heavy'",
            "give a number of 0 or more; a column with each label's weight is cellWeights=COLUMN"
        ),
        ("t:binary:weight=-1", "objective 't:binary' has weight '-1'", "give a number of 0 or more"),
        ("t:binary:loss=focl", "objective 't:binary' names the unknown loss 'focl'", "did you mean 'focal'?"),
        ("t:regression:transform=log", "objective 't:regression' has transform 'log'", "give 'identity' or 'log1p'"),
        ("t:binary:weight=1,weight=2", "objective 't:binary' has the key 'weight' twice", "give it once"),
        ("t:binary:soft", "objective 't:binary' has 'soft' where a key is expected", "write key=value, such as weight=2"),
    ])
    func `what is wrong is said with what would be right`(text: String, problem: String, fix: String) throws {
        let error = try refusal(text)
        #expect(error.problem == problem)
        #expect(error.fix == fix)
    }

    @Test func `a loss for other kinds is refused`() throws {
        #expect(try refusal("t:binary:loss=mse").problem == "the loss 'squaredError' cannot train objective 't:binary'")
    }

    @Test func `a loss setting outside its range is refused with the objective`() throws {
        #expect(
            try refusal("t:binary:labelSmoothing=1.2").problem
                == "objective 't:binary': label smoothing is 1.2; it lies in 0 ..< 1")
    }

    @Test func `short names and settings make the loss`() throws {
        let asl = try #require(try parse("g=x*:multilabel:loss=asl,gammaNegative=3,clip=0.1").makeLoss() as? AsymmetricLoss)
        #expect(asl == AsymmetricLoss(gammaNegative: 3, gammaPositive: 1, clip: 0.1))
        let huber = try #require(try parse("y:regression:loss=huber,delta=2").makeLoss() as? HuberError)
        #expect(huber == HuberError(delta: 2))
        let entropy = try #require(try parse("y:binary:positiveWeight=4").makeLoss() as? BinaryCrossEntropy)
        #expect(entropy == BinaryCrossEntropy(positiveWeight: 4))
    }

    @Test func `balanced weights are counted later`() throws {
        #expect(try parse("y:binary:positiveWeight=balanced").isBalanced)
        #expect(try parse("y:categorical:classWeights=balanced").isBalanced)
        #expect(try !parse("y:binary:positiveWeight=2").isBalanced)
        #expect(try refusal("y:binary:loss=focal,positiveWeight=balanced").fix == "add loss=bce")
    }

    @Test func `a configuration file sets the same keys`() throws {
        var declaration = ObjectiveDeclaration(columns: .glob("grade"), kind: .ordinal)
        try declaration.set(key: "levels", values: ["low", "a|b"])
        try declaration.set(key: "weight", value: "2")
        #expect(declaration.levels == ["low", "a|b"])
        #expect(declaration.weight == 2)
        #expect(throws: SettingError.self) { try declaration.set(key: "classes", value: "a|b") }
    }

    @Test func `every key fits some kind and has a line of help`() {
        for key in ObjectiveKey.allCases {
            #expect(!key.kinds.isEmpty)
            #expect(!key.help.isEmpty)
        }
    }
}

@Suite struct GlobTests {
    @Test(arguments: [
        ("*", "anything", true), ("*", "", true), ("a*", "abc", true), ("a*c", "abbc", true), ("a*c", "abcd", false),
        ("?x", "ax", true), ("?x", "x", false), ("fp[0-9]", "fp7", true), ("fp[0-9]", "fp77", false),
        ("[!a]b", "cb", true), ("[!a]b", "ab", false), ("[abc]*[z]", "bz", true), ("*a*b*", "xxaxxbxx", true),
        ("*a*b*", "xxbxxaxx", false), ("x[0]", "x[0]", true), ("x[0]", "x0", true), ("x[", "x[", true), ("", "", true),
        ("[]]", "]", true), ("a?c", "aéc", true), ("tumor", "tumor", true), ("tumor", "tumors", false),
    ])
    func `a glob matches whole names`(pattern: String, name: String, matches: Bool) {
        #expect(Glob(pattern).matches(name) == matches)
    }

    @Test func `many stars do not take forever`() {
        let pattern = String(repeating: "a*", count: 30) + "b"
        #expect(!Glob(pattern).matches(String(repeating: "a", count: 5000)))
    }
}
