using Nabla.Calculus.Derivations;
using Nabla.Calculus.Expressions;
using Nabla.Calculus.Language;
using Nabla.Calculus.Verification.Claims;
using Nabla.Networks;

namespace Nabla.Tests.Checking;

/// <summary>Formulas for ∂C/∂W of a network, in the names that "nabla derive --format ascii" prints.</summary>
public class ClaimsAboutNetworks
{
    public static TheoryData<string> Losses => [.. Loss.All.Keys, "sum((y-a).^4)/m", "sum(softplus(z)-y.*z)/m", "sum(abs(y-a))/n/m"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_derived_gradient_of_every_parameter_is_right_in_the_network_s_own_names(string text)
    {
        Loss loss = Loss.NamedOrParsed(text);
        foreach (Dialect dialect in new[] { Dialect.Nielsen, Dialect.Seed })
        {
            (LayeredNetwork network, NetworkNames names) = Open(Network.Of([3, 4, 4, 2], Activation.Named("tanh"), loss.OutputActivation ?? Activation.Sigmoid), loss, dialect);
            foreach (Symbol parameter in network.Parameters)
            {
                Assert.True(ClaimCheck.Of(names.Ask(parameter, loss.OutputActivation?.IsSoftmax == true)).Judge(names.GradientOf(parameter)).Agrees, $"{dialect}: dC/d{parameter.Name}");
            }
        }
    }

    [Theory]
    [InlineData("delta1*a0'", true)]
    [InlineData("((W2'*delta2).*sigmoid'(z1))*a0'", true)]
    [InlineData("(W2'*((a2-y).*sigmoid'(z2)).*sigmoid'(z1))*a0'", true)]
    [InlineData("((W2'*delta2).*a1)*a0'", false)]
    [InlineData("a0*delta1'", false)]
    [InlineData("delta2*sigmoid'(z2)*a0'*W2*sigmoid'(z1)", false)]
    public void A_claim_may_use_all_names_and_is_right_or_wrong(string claim, bool isRight)
    {
        (LayeredNetwork network, NetworkNames names) = Open(Network.Of([3, 4, 1], Activation.Sigmoid), Loss.SquaredError);
        ClaimVerdict verdict = ClaimCheck.Of(names.Ask(network.Layers[0].Weights)).Judge(claim);
        Assert.Equal(isRight, verdict.Agrees);
        Assert.Equal(isRight, verdict.Diagnosis is null);
    }

    [Fact]
    public void Layers_that_are_equally_wide_hide_no_transpose()
    {
        (LayeredNetwork network, NetworkNames names) = Open(Network.Of([4, 4, 4], Activation.Sigmoid), Loss.SquaredError);
        ClaimVerdict verdict = ClaimCheck.Of(names.Ask(network.Layers[0].Weights)).Judge("((W2*delta2).*sigmoid'(z1))*a0'");
        Assert.False(verdict.Agrees);
        Assert.Contains("n₂×n₁", verdict.Diagnosis!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_another_network_are_refused()
    {
        (LayeredNetwork one, NetworkNames names) = Open(Network.Of([3, 2], Activation.Sigmoid), Loss.SquaredError);
        (LayeredNetwork other, _) = Open(Network.Of([3, 2], Activation.Sigmoid), Loss.SquaredError);
        Assert.Contains("another pool", Assert.Throws<ArgumentException>(() => names.Ask(other.Layers[0].Weights)).Message, StringComparison.Ordinal);
        Assert.Throws<LanguageException>(() => ClaimCheck.Of(names.Ask(one.Layers[0].Weights)).Judge("delta3*a0'"));
    }

    private static (LayeredNetwork Network, NetworkNames Names) Open(Network network, Loss loss, Dialect dialect = Dialect.Nielsen)
    {
        LayeredNetwork open = network.ExpressOpen(loss);
        return (open, new(open, open.Differentiate(assumptions: network.Layers[^1].Activation.IsSoftmax ? [open.TargetsSumToOne] : [], dialect: dialect)));
    }
}
