using System.Reflection;
using System.Security;
using Nabla.Calculus.Expressions;
using Nabla.Networks;
using Nabla.Tests.Architecture.Early;

namespace Nabla.Tests.Architecture;

/// <summary>One direction: a stage knows the stages before it and none after. docs/pipeline.md draws the same picture.</summary>
public class TheOrderOfStages
{
    private const string Words = "Nabla.Calculus";
    private const string Expressions = "Nabla.Calculus.Expressions";
    private const string Language = "Nabla.Calculus.Language";
    private const string Derivations = "Nabla.Calculus.Derivations";
    private const string Rendering = "Nabla.Calculus.Rendering";
    private const string Verification = "Nabla.Calculus.Verification";
    private const string Common = "Nabla";
    private const string Kernels = "Nabla.Kernels";
    private const string Planning = "Nabla.Planning";
    private const string Networks = "Nabla.Networks";
    private const string Data = "Nabla.Data";
    private const string Training = "Nabla.Training";
    private const string Models = "Nabla.Models";
    private const string Checking = "Nabla.Checking";
    private const string Benchmarking = "Nabla.Benchmarking";

    private static readonly Assembly calculus = typeof(Expr).Assembly;
    private static readonly Assembly numerics = typeof(Network).Assembly;

    /// <summary>The whole order, in the order of processing. The functions belong to the expressions: the two need each other.</summary>
    private static readonly Stages stages = new(new Dictionary<string, string[]>
    {
        [Words] = [],
        [Expressions] = [],
        [Language] = [Words, Expressions],
        [Derivations] = [Expressions],
        [Rendering] = [Expressions, Derivations],
        [Verification] = [Words, Expressions, Language, Derivations],
        [Common] = [],
        [Kernels] = [Expressions],
        [Planning] = [Expressions, Verification, Kernels],
        [Networks] = [Words, Common, Expressions, Language, Derivations],
        [Data] = [Words, Common],
        [Training] = [Words, Common, Expressions, Derivations, Rendering, Verification, Kernels, Planning, Networks, Data],
        [Models] = [Words, Expressions, Language, Derivations, Rendering, Kernels, Planning, Networks, Data, Training],
        [Checking] = [Words, Common, Expressions, Language, Derivations, Rendering, Verification, Kernels, Planning, Networks, Data, Training, Models],
        [Benchmarking] = [Common, Expressions, Derivations, Verification, Kernels, Planning, Networks, Training, Checking],
    });

    [Fact]
    public void A_stage_knows_the_stages_before_it_and_none_after() => Assert.Empty(stages.Violations(calculus, numerics));

    [Fact]
    public void What_a_stage_may_know_it_does_know()
    {
        // A permission that nobody uses is one that nobody would miss. Checking may know what it likes.
        HashSet<(string, string)> allowed =
        [
            .. stages.MayKnow.Where(entry => entry.Key != Checking).SelectMany(entry => entry.Value.Select(to => (entry.Key, to))),
        ];
        Assert.Empty(allowed.Except(stages.Known(calculus, numerics)));
    }

    [Fact]
    public void The_order_has_no_way_back()
    {
        string[] order = [.. stages.MayKnow.Keys];
        Assert.All(stages.MayKnow, entry => Assert.All(entry.Value, to =>
            Assert.True(Array.IndexOf(order, to) < Array.IndexOf(order, entry.Key), $"{entry.Key} may know {to}, which comes after it")));
    }

    [Fact]
    public void Every_type_belongs_to_a_stage() => Assert.All(
        calculus.GetTypes().Concat(numerics.GetTypes()).Where(type => type.Namespace?.StartsWith("Nabla", StringComparison.Ordinal) == true),
        type => Assert.Contains(stages.MayKnow.Keys, stage => type.Namespace == stage || type.Namespace!.StartsWith(stage + ".", StringComparison.Ordinal)));

    /// <summary>The order turned round must be noticed, and so must a permission that is taken away.</summary>
    [Fact]
    public void A_wrong_order_is_noticed()
    {
        Stages wrong = new(new Dictionary<string, string[]>(stages.MayKnow) { [Derivations] = [], [Kernels] = [] });
        IReadOnlyList<string> violations = wrong.Violations(calculus, numerics);
        Assert.Contains("ReverseSweep of Nabla.Calculus.Derivations knows Expr of Nabla.Calculus.Expressions", violations);
        Assert.Contains(violations, violation => violation.Contains("of Nabla.Kernels knows", StringComparison.Ordinal));
        Assert.DoesNotContain(violations, violation => violation.Contains("of Nabla.Planning knows", StringComparison.Ordinal));
    }

    /// <summary>Whatever the place, a body or a lambda or a type argument: knowing is noticed.</summary>
    [Theory]
    [InlineData(typeof(InABody))]
    [InlineData(typeof(InALambda))]
    [InlineData(typeof(InAnIterator))]
    [InlineData(typeof(InAnAsyncMethod))]
    [InlineData(typeof(InALocalFunction))]
    [InlineData(typeof(InATypeArgument))]
    [InlineData(typeof(InATypeOf))]
    [InlineData(typeof(InAPattern))]
    [InlineData(typeof(InANestedType))]
    [InlineData(typeof(InAConstraint))]
    [InlineData(typeof(InAField))]
    public void A_type_that_knows_what_it_may_not_is_found(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        Assert.Contains(violationsOfTheTests, violation => violation.StartsWith($"{type.Name} of", StringComparison.Ordinal)
            || (type == typeof(InANestedType) && violation.StartsWith("Inner of", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_type_that_does_not_is_not_found() =>
        Assert.DoesNotContain(violationsOfTheTests, violation => violation.StartsWith(nameof(Innocent), StringComparison.Ordinal));

    [Fact]
    public void The_calculus_needs_nothing_but_the_framework_and_no_unsafe_code()
    {
        Assert.All(calculus.GetReferencedAssemblies(), AssertFramework);

        // The compiler marks a module that was compiled with /unsafe; the numeric one proves that it does.
        Assert.Empty(calculus.ManifestModule.GetCustomAttributes<UnverifiableCodeAttribute>());
        Assert.NotEmpty(numerics.ManifestModule.GetCustomAttributes<UnverifiableCodeAttribute>());
    }

    [Fact]
    public void The_numbers_need_nothing_but_the_calculus_and_the_framework() => Assert.All(
        numerics.GetReferencedAssemblies().Where(reference => reference.Name != calculus.GetName().Name), AssertFramework);

    private static readonly IReadOnlyList<string> violationsOfTheTests = new Stages(new Dictionary<string, string[]>
    {
        ["Nabla.Tests.Architecture.Early"] = [],
        ["Nabla.Tests.Architecture.Late"] = ["Nabla.Tests.Architecture.Early"],
    }).Violations(typeof(TheOrderOfStages).Assembly);

    private static void AssertFramework(AssemblyName reference) => Assert.True(
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, reference.Name + ".dll")),
        $"{reference.Name} is not a part of the framework");
}
