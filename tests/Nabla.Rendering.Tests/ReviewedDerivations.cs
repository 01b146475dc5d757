using System.Text.Json;
using Nabla.Calculus.Derivations;
using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Networks;
using Nabla.Tests;

namespace Nabla.Rendering.Tests;

/// <summary>A derivation to be rendered.</summary>
internal sealed record Derived(string Name, IReadOnlyList<Section> Sections);

/// <summary>All derivations that are kept as golden files, in all styles and dialects, and more of their kind.</summary>
internal static class ReviewedDerivations
{
    public static IEnumerable<Derived> Networks()
    {
        foreach ((string name, string sizes, string activation, string loss, bool batch) in ReviewedNetworks.All().Select(row => row.Data))
        {
            foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
            {
                foreach (Dialect dialect in Enum.GetValues<Dialect>())
                {
                    NetworkDerivation derivation = Network(sizes, activation, loss, batch, style, dialect);
                    yield return new($"{name}, {style}, {dialect}", derivation.Sections);
                    yield return new($"{name}, {style}, {dialect}, outline", derivation.Outline);
                }
            }
        }

        foreach (DerivationStyle style in Enum.GetValues<DerivationStyle>())
        {
            yield return new($"fifty layers, {style}", Network(string.Join('-', Enumerable.Repeat(3, 51)), "tanh", "squared-error", false, style, Dialect.Nielsen).Sections);
        }

        foreach (string activation in Activation.All.Keys.Where(name => name != "softmax"))
        {
            foreach (string loss in Loss.All.Keys)
            {
                yield return new($"{activation}, {loss}", Network("2-3-2", activation, loss, true, DerivationStyle.Index, Dialect.Nielsen).Sections);
                yield return new($"{activation}, {loss}", Network("2-3-2", activation, loss, true, DerivationStyle.Textbook, Dialect.Nielsen).Sections);
            }
        }
    }

    public static IEnumerable<Derived> Expressions() => ReviewedExpressions.All().Select(row => row.Data).SelectMany(row =>
        InEveryStyle(row.Item1, row.Item2, row.Item3, row.Item4, Enum.Parse<DerivativeKind>(row.Item5, ignoreCase: true), ""));

    /// <summary>The reference's identities; where there are none, the calling test is skipped.</summary>
    public static IEnumerable<Derived> Identities()
    {
        using JsonDocument suite = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("reference", "identities.json")));
        foreach (JsonElement entry in suite.RootElement.EnumerateArray())
        {
            string Text(string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
            DerivativeKind kind = Text("kind") == "hvp" ? DerivativeKind.HessianVectorProduct : Enum.Parse<DerivativeKind>(Text("kind"), ignoreCase: true);
            foreach (Derived derived in InEveryStyle(Text("id"), Text("expression"), Text("where"), Text("wrt"), kind, Text("along")))
            {
                yield return derived;
            }
        }
    }

    public static IEnumerable<Derived> InEveryStyle(string name, string expression, string where, string by, DerivativeKind kind, string along)
    {
        Scope scope = Scope.Of(where);
        Derivative derivative = Derivative.Find(kind, scope.Parse(expression), scope[by], along.Length > 0 ? scope[along] : null);
        return Enum.GetValues<DerivationStyle>().Select(style => new Derived($"{name}, {style}", ExpressionDerivation.Of(derivative, style)));
    }

    public static NetworkDerivation Network(string sizes, string activation, string lossName, bool batch, DerivationStyle style, Dialect dialect)
    {
        Loss loss = Loss.Named(lossName);
        Network network = Nabla.Networks.Network.Of(Nabla.Networks.Network.ParseSizes(sizes), Activation.Named(activation), loss.OutputActivation);
        return NetworkDerivation.Of(network.Express(loss, batch: batch || dialect == Dialect.RowBatch), style, dialect, loss == Loss.CrossEntropy);
    }
}
