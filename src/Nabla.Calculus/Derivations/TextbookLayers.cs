using Nabla.Calculus.Derivations.Styles;
using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Derivations;

/// <summary>The part of the textbook form that goes through the layers, the last one first.</summary>
public sealed partial class TextbookDerivation
{
    private void LastLayer()
    {
        int last = network.Layers.Count;
        SymbolicLayer layer = network.Layers[^1];
        if (goesStraightToZ)
        {
            LastLayerFromPreActivation(layer);
            return;
        }

        Named u = intermediate;
        Step gradient = DirectGradient(u) with { Label = "Eq B.1" };
        Expr ofW = Expr.Gradient(network.Cost, layer.Weights);
        List<Step> steps = [new(Chain, Expr.Vec(ofW), Chained(u, layer.Weights)) { Label = "Eq B" }];
        if (u != layer.Activation)
        {
            if (Expr.Reachable(network.Cost).Contains(Expr.SquaredNorm(u)))
            {
                steps.Add(Identified(Expr.Hadamard(u, u), u, "Eq B.1"));
            }

            steps.Add(gradient);
            Expr sign = Local(u, layer.Activation);
            steps.Add(new(ChainOfJacobians, Expr.Jacobian(u, layer.Weights),
                Short(Expr.MatMul(sign, Expr.Jacobian(layer.Activation, layer.Weights))).Result)
            { Label = "Eq B.2" });
        }
        else
        {
            steps.Add(gradient);
        }

        (Expr local, IReadOnlyList<Step> more) = WeightsJacobian(layer, "Eq B.3", "Eq B.4");
        steps.AddRange(more);
        Expr before = ByLocalJacobians(layer, local, gradient);
        steps.Add(new(Substitution, Expr.Vec(ofW), before) { Label = "Eq B" });
        Devectorize(steps, layer, before, "Eq 3");
        AddDelta(steps, layer, last);
        Add($"The last layer, {layer.Weights.Name}", steps);
    }

    /// <summary>
    /// The last layer where C is best seen as a function of z itself: softmax mixes the outputs of a sample, and a stable cost is written in z. One
    /// differential leads to ∂C/∂z, and the local Jacobian of z to ∂C/∂W; the way through ∂a/∂z stands in the last section.
    /// </summary>
    private void LastLayerFromPreActivation(SymbolicLayer layer)
    {
        Expr ofW = Expr.Gradient(network.Cost, layer.Weights);
        Expr ofZ = Expr.Gradient(network.Cost, layer.PreActivation);
        List<Step> steps = [new(Chain, Expr.Vec(ofW), Chained(layer.PreActivation, layer.Weights)) { Label = "Eq B" }];
        Computation computation = new((Named)derivation.StableCost, [layer.PreActivation], rules);
        Shortening written = new(computation.Root, [], shortest: false, [network.Cost, layer.Activation]);
        Adjoints adjoints = new(computation, written, new() { Differentials = rules }, (_, _) => null);
        steps.AddRange(DifferentialStyle.Differentials(computation, written).Steps);
        steps.AddRange(adjoints.SimplificationOf(layer.PreActivation).Where(step => activationFacts.Contains(step.Rule)));
        steps.AddRange(DifferentialStyle.Pairing(computation, adjoints, written).Steps);
        Step equal = derivation.StepOf(layer.PreActivation)!;
        if (dialect == Dialect.Seed && derivation.AdjointNameOf(layer.Activation) is Named ofOutput)
        {
            steps.Add(new(Definition, ofOutput, Expr.Gradient(network.Cost, layer.Activation)) { Relation = Relation.Definition });
            names.Add(ofOutput);
            steps.Add(derivation.StepOf(layer.Activation)! with { Rule = Substitution, Label = "Eq 4.2" });
        }

        if (dialect != Dialect.Seed && Delta(layer) is Named delta)
        {
            steps.Add(new(Definition, delta, ofZ) { Relation = Relation.Definition });
            names.Add(delta);
        }

        steps.Add(equal with { Rule = StyleRules.ReadOff, Label = dialect == Dialect.Seed ? "" : "BP1" });
        Step ofWeights = Identified(layer.PreActivation, layer.Weights, "Eq B.3");
        steps.Add(ofWeights);
        Expr gradient = derivation.GradientOf(layer.Weights);
        steps.Add(new(StyleRules.Devectorized([ofWeights.Right], gradient), ofW, gradient)
        {
            Label = dialect == Dialect.Seed ? "Eq 3" : "BP4",
            Steps = Short(Expr.MatMul(ofWeights.Right.Transpose(), Expr.Vec((Expr?)Delta(layer) ?? equal.Right))).Steps,
        });

        // What the last section sets equal to the sweep's: the product of the local Jacobians down from u.
        (Expr local, _) = WeightsJacobian(layer, "", "");
        Devectorize([], layer, ByLocalJacobians(layer, local, DirectGradient(intermediate)), "");
        Add($"The last layer, {layer.Weights.Name}", steps);
    }

    /// <summary>(∂u/∂vec W)ᵀ ∂C/∂u of the last layer, with the Jacobians put in.</summary>
    private Expr ByLocalJacobians(SymbolicLayer layer, Expr local, Step gradient)
    {
        Expr full = intermediate == layer.Activation ? local : Short(Expr.MatMul(Local(intermediate, layer.Activation), local)).Result;
        return Expr.MatMul(full.Transpose(), Expr.Vec(gradient.Right));
    }

    private void InnerLayer(int l)
    {
        SymbolicLayer layer = network.Layers[l - 1];
        SymbolicLayer above = network.Layers[l];
        Expr ofW = Expr.Gradient(network.Cost, layer.Weights);
        List<Step> steps = [new(Chain, Expr.Vec(ofW), Chained(layer.Activation, layer.Weights)) { Label = "Eq 4.0" }];
        (Expr local, IReadOnlyList<Step> more) = WeightsJacobian(layer, "", "Eq 4.1");
        steps.AddRange(more);
        if (goesStraightToZ && l == network.Layers.Count - 1)
        {
            AcrossFromPreActivation(steps, layer, above);
        }
        else
        {
            Across(steps, layer, above);
        }

        Devectorize(steps, layer, Expr.MatMul(local.Transpose(), Expr.Vec(Adjoint(layer.Activation))), "Eq 5");
        AddDelta(steps, layer, l);
        Add($"The inner layer, {layer.Weights.Name}", steps);
    }

    /// <summary>∂C/∂a from ∂C/∂z of the layer above.</summary>
    private void AcrossFromPreActivation(List<Step> steps, SymbolicLayer layer, SymbolicLayer above)
    {
        Expr ofA = Expr.Gradient(network.Cost, layer.Activation);
        steps.Add(new(Chain, Expr.Vec(ofA), Chained(above.PreActivation, layer.Activation)));
        Step across = Identified(above.PreActivation, layer.Activation, "");
        steps.Add(across);
        Expr back = Expr.MatMul(across.Right.Transpose(), Expr.Vec((Expr?)Delta(above) ?? derivation.StepOf(above.PreActivation)!.Right));
        steps.Add(new(Substitution, ofA, Adjoint(layer.Activation)) { Steps = Short(back).Steps });
    }

    /// <summary>∂C/∂a from ∂C/∂a of the layer above.</summary>
    private void Across(List<Step> steps, SymbolicLayer layer, SymbolicLayer above)
    {
        Expr ofA = Expr.Gradient(network.Cost, layer.Activation);
        Expr ofAbove = Expr.Gradient(network.Cost, above.Activation);
        steps.Add(new(Chain, Expr.Vec(ofA), Chained(above.Activation, layer.Activation)));
        steps.Add(new(above == network.Layers[^1] ? Substitution : Known, ofAbove, Adjoint(above.Activation)) { Label = "Eq 4.2" });
        Expr across = Short(Expr.MatMul(
            Short(Local(above.Activation, above.PreActivation)).Result, Short(Local(above.PreActivation, layer.Activation)).Result)).Result;
        steps.Add(new(ChainOfJacobians, Expr.Jacobian(above.Activation, layer.Activation), across) { Label = "Eq 4.3" });
        (Expr back, IReadOnlyList<Step> backSteps) = Short(Expr.MatMul(across.Transpose(), Expr.Vec(ofAbove)));
        steps.Add(new(Substitution, Expr.Vec(ofA), back) { Steps = backSteps });
        (Named Of, Named? Name) known = dialect == Dialect.Seed ? (above.Activation, derivation.AdjointNameOf(above.Activation)) : (above.PreActivation, Delta(above));
        steps.Add(new(known.Name is null ? Substitution : new("textbook.reuse", $"∂C/∂{known.Of.Name} is {known.Name.Name}, which is known already"), ofA, Adjoint(layer.Activation)));
    }

    /// <summary>∂z/∂vec W, ∂a/∂z and their product ∂a/∂vec W.</summary>
    private (Expr Local, IReadOnlyList<Step> Steps) WeightsJacobian(SymbolicLayer layer, string labelOfZ, string labelOfA)
    {
        List<Step> steps = [Identified(layer.PreActivation, layer.Weights, labelOfZ)];
        steps.Add(Identified(layer.Activation, layer.PreActivation, ""));
        (Expr local, IReadOnlyList<Step> more) = Short(Expr.MatMul(steps[1].Right, steps[0].Right));
        steps.Add(new(ChainOfJacobians, Expr.Jacobian(layer.Activation, layer.Weights), local) { Label = labelOfA, Steps = more });
        return (local, steps);
    }

    /// <summary>
    /// ∂C/∂W from its vec, where the local Jacobian is made of Kronecker products and diagonals. Softmax mixes the outputs of a sample; there the
    /// vec stays, and the label goes to the line with δ.
    /// </summary>
    private void Devectorize(List<Step> steps, SymbolicLayer layer, Expr before, string label)
    {
        (Expr after, IReadOnlyList<Step> rewrites) = Short(before);
        Expr? gradient = after switch
        {
            Vec vec => vec.Operands[0],
            Scale { Of: Vec vec } scale => scale.Factor * vec.Operands[0],
            Negate { Operands: [Vec vec] } => -vec.Operands[0],
            Negate { Operands: [Scale { Of: Vec vec } scale] } => -(scale.Factor * vec.Operands[0]),
            _ => null,
        };
        textbookGradients[layer] = gradient ?? after;
        textbookConditions[layer] = DifferentialStyle.ConditionsOf(rewrites);
        if (gradient is not null)
        {
            steps.Add(new(StyleRules.Devectorized([before], gradient), Expr.Gradient(network.Cost, layer.Weights), gradient) { Label = label, Steps = rewrites });
        }
    }

    /// <summary>δ = ∂C/∂z as a name, with what it is, and ∂C/∂W in terms of it.</summary>
    private void AddDelta(List<Step> steps, SymbolicLayer layer, int l)
    {
        if (dialect == Dialect.Seed)
        {
            AddSeedDelta(steps, layer, l);
        }
        else if (Delta(layer) is Named delta)
        {
            steps.Add(new(Definition, delta, Expr.Gradient(network.Cost, layer.PreActivation)) { Relation = Relation.Definition });
            names.Add(delta);
            Step equal = derivation.StepOf(layer.PreActivation)!;
            steps.AddRange(FactsIn(equal));
            steps.Add(equal with
            {
                Rule = Facts,
                Label = l == network.Layers.Count ? "BP1" : "BP2",
                ShowsSteps = equal.Conditions.Count > 0,
            });
            steps.Add(new(Substitution, Expr.Gradient(network.Cost, layer.Weights), derivation.GradientOf(layer.Weights))
            {
                Label = "BP4",
            });
        }
    }

    /// <summary>δ = ∂C/∂a as the seed has it, and ∂C/∂W in terms of it.</summary>
    private void AddSeedDelta(List<Step> steps, SymbolicLayer layer, int l)
    {
        if (derivation.AdjointNameOf(layer.Activation) is Named delta)
        {
            steps.Add(new(Definition, delta, Expr.Gradient(network.Cost, layer.Activation)) { Relation = Relation.Definition });
            names.Add(delta);
            steps.Add(derivation.StepOf(layer.Activation)! with { Rule = Substitution, Label = l == network.Layers.Count ? "Eq 4.2" : "" });
        }

        Step equal = derivation.StepOf(layer.PreActivation)!;
        steps.AddRange(equal.Steps.Where(step => activationFacts.Contains(step.Rule)).Distinct());
        steps.Add(equal with { Rule = Facts, ShowsSteps = equal.Conditions.Count > 0 });
        steps.Add(new(Substitution, Expr.Gradient(network.Cost, layer.Weights), derivation.GradientOf(layer.Weights)) { Label = l == network.Layers.Count ? "Eq 3" : "Eq 5" });
    }
}
