using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;

namespace Nabla.Tests.Architecture;

/// <summary>Which stage (a namespace, with those below it) may know which others. Read from the compiled code, method bodies included.</summary>
/// <param name="MayKnow">For each stage the other stages that it may know.</param>
internal sealed record Stages(IReadOnlyDictionary<string, string[]> MayKnow)
{
    /// <summary>Everything that a type of a stage knows but may not, as sentences; sorted.</summary>
    public IReadOnlyList<string> Violations(params System.Reflection.Assembly[] assemblies) =>
    [
        .. Dependencies(assemblies)
            .Where(dependency => dependency.From != dependency.To && !MayKnow[dependency.From].Contains(dependency.To))
            .Select(dependency => $"{dependency.Origin} of {dependency.From} knows {dependency.Target} of {dependency.To}")
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The pairs of stages of which the first knows the second.</summary>
    public IReadOnlySet<(string From, string To)> Known(params System.Reflection.Assembly[] assemblies) =>
        Dependencies(assemblies).Select(dependency => (dependency.From, dependency.To)).Where(pair => pair.From != pair.To).ToHashSet();

    /// <summary>The stage of a namespace: the longest one that it lies in; null where it lies in none.</summary>
    private string? StageOf(string? space) => MayKnow.Keys
        .Where(stage => space is not null && (space == stage || space.StartsWith(stage + ".", StringComparison.Ordinal)))
        .MaxBy(stage => stage.Length);

    private IEnumerable<(string From, string To, string Origin, string Target)> Dependencies(System.Reflection.Assembly[] assemblies)
    {
        ArchUnitNET.Domain.Architecture code = new ArchLoader().LoadAssemblies(assemblies).Build();
        foreach (IType type in code.Types)
        {
            // A type parameter is nobody's; what it is bound by is a dependency of its own.
            foreach (ITypeDependency dependency in type.Dependencies.Where(dependency => dependency.Target is not GenericParameter))
            {
                if (StageOf(type.Namespace?.FullName) is string from && StageOf(dependency.Target.Namespace?.FullName) is string to)
                {
                    yield return (from, to, type.Name, dependency.Target.Name);
                }
            }
        }
    }
}
