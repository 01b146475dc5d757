using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Nabla.Checking;
using Nabla.Checking.Trajectories;
using Nabla.Training;

namespace Nabla.Tests.Checking;

/// <summary>Trajectories of other programs: what is right agrees on both roads, and what was changed is found, with its reason where it can be told.</summary>
public class TrajectoryCheckTests
{
    /// <summary>Two steps of w ← w − η(wx − y)x, worked out by hand: w = 1, x = 2, y = 1, η = ¼.</summary>
    private const string ByHand = """
        {"network": {"inputs": 1, "layers": [{"weights": [[1]], "activation": "identity"}]}, "loss": "squared-error",
         "inputs": [[2]], "targets": [[1]], "optimizer": {"name": "SGD", "lr": 0.25}, "steps": 2, "losses": [0.5, 0],
         "final": {"layers": [{"weights": [[0.5]]}]}}
        """;

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "sgd-nesterov.json", "{\"nesterov\": false}", "missing-term extra-term" },
        { "sgd-momentum.json", "{\"nesterov\": true}", "missing-term" },
        { "sgd-momentum.json", "{\"momentum\": 0.95}", "factor" },
        { "sgd-momentum.json", "{\"weight_decay\": 0.1}", "missing-term" },
        { "sgd-weight-decay.json", "{\"lr\": 0.4}", "factor" },
        { "sgd.json", "{\"lr\": 3}", "mean-for-sum" },
        { "adam.json", "{\"eps\": 1e-7}", "factor" },
        { "adamw.json", "{\"name\": \"Adam\"}", "missing-term" },
        { "rmsprop.json", "{\"alpha\": 0.9}", "factor" },
        { "rmsprop.json", "{\"momentum\": 0.5}", "missing-term" },
        { "rmsprop.json", "{\"centered\": true}", "missing-term" },
        { "adagrad.json", "{\"lr_decay\": 0.1}", "missing-term" },
        { "adam.json", "{\"betas\": [0.85, 0.93]}", "unknown" },
    };

    public static TheoryData<string, string, string> Violations => new()
    {
        { "\"SGD\"", "\"LBFGS\"", "optimizer.name is not supported by this version: unknown optimizer 'LBFGS'; Known: Adagrad, Adam, AdamW, RMSprop, SGD" },
        { "\"SGD\"", "7", "optimizer.name is a number, but it must be the name of an optimizer" },
        { "\"name\": \"SGD\", ", "", "optimizer has no 'name', but an optimizer must have one, such as SGD or Adam" },
        { "\"lr\": 0.25", "\"lr\": -1", "optimizer.lr is -1, but it must be a positive number" },
        { "\"lr\": 0.25", "\"weight_decay\": 1", "optimizer has no 'lr', but it must have one" },
        { "\"lr\": 0.25", "\"lr\": 0.25, \"dampening\": 0.5", "optimizer.dampening is 0.5, which this version does not support; it supports dampening 0 only" },
        { "\"lr\": 0.25", "\"lr\": 0.25, \"maximize\": true", "optimizer.maximize is true, which this version does not support; it supports maximize 0 only" },
        { "\"lr\": 0.25", "\"lr\": 0.25, \"momentum\": 1", "optimizer.momentum is 1, but it must be a number from 0 to below 1" },
        { "\"lr\": 0.25", "\"lr\": 0.25, \"nesterov\": true", "optimizer.nesterov is true, but there is no momentum; Nesterov's rule needs one above 0" },
        { "\"lr\": 0.25", "\"lr\": 0.25, \"nesterov\": 1", "optimizer.nesterov is 1, but it must be true or false" },
        { "\"SGD\"", "\"Adam\", \"betas\": [0.9]", "optimizer.betas has 1 number, but it must have two" },
        { "\"SGD\"", "\"Adam\", \"betas\": [0.9, 0.9], \"beta1\": 0.9", "optimizer.betas is given beside beta1 or beta2, but only one of both ways may be used" },
        { "\"SGD\"", "\"Adam\", \"betas\": [0.9, 1]", "optimizer.betas[1] is 1, but it must be a number from 0 to below 1" },
        { "\"steps\": 2", "\"steps\": 3", "losses has 2 numbers, but 'steps' says 3" },
        { "\"steps\": 2", "\"steps\": 0", "steps is 0, but it must be a whole number from 1 to 2147483647" },
        { "[0.5, 0]", "[0.5, null]", "losses[1] is null, but it must be a finite number" },
        { "[{\"weights\": [[0.5]]}]", "[]", "final has 0 layers, but the network has 1 layer" },
        { "[{\"weights\": [[0.5]]}]", "[{\"weights\": [[0.5, 1]]}]", "final.layers[0].weights[0] has 2 numbers, but the layer has 1 input" },
        { "{\"weights\": [[0.5]]}", "{\"weights\": [[0.5]], \"biases\": [1]}", "final.layers[0] has something that this version does not support: unknown key 'biases'; Known: weights" },
        { "\"squared-error\"", "\"hinge\"", "loss is not supported by this version: unknown loss 'hinge'" },
        { "\"steps\": 2", "\"steps\": 2, \"schedule\": 1", "the file has something that this version does not support: unknown key 'schedule'" },
    };

    [Theory]
    [MemberData(nameof(Training.TrajectoriesAreReproduced.Files), MemberType = typeof(Training.TrajectoriesAreReproduced))]
    public void All_of_them_agree(string file)
    {
        Trajectory trajectory = Trajectory.Read(Reference(file));
        ImmutableArray<ComparedTensor> results = TrajectoryCheck.Run(trajectory);
        Assert.Equal(trajectory.Losses.Length + 4, results.Length);
        Assert.Equal("step.1", results[0].Id);
        Assert.Equal(["layers.0.weights", "layers.0.biases", "layers.1.weights", "layers.1.biases"], results.Skip(trajectory.Losses.Length).Select(result => result.Id));
        Assert.All(results, result => Assert.True(result.Agrees == true && result.Diagnosis is null, result.Id));
        Assert.All(results, result => Assert.Equal([CheckRoad.Evaluator, CheckRoad.FloatPlan], result.Roads.Select(road => road.Road)));
    }

    [Fact]
    public void What_was_worked_out_by_hand_agrees() => Assert.All(TrajectoryCheck.Run(Of(ByHand)), result => Assert.True(result.Agrees, result.Id));

    [Fact]
    public void One_changed_loss_is_found_at_its_step()
    {
        Trajectory right = Trajectory.Read(Reference("adam.json"));
        ImmutableArray<ComparedTensor> results = TrajectoryCheck.Run(right with { Losses = right.Losses.SetItem(16, right.Losses[16] * (1 + 1e-8)) });
        ComparedTensor wrong = Assert.Single(results, result => result.Agrees == false);
        Assert.Equal("step.17", wrong.Id);
        Assert.Equal("unknown", wrong.Diagnosis!.Code);

        // The float plan is not that exact: only a larger change is one on its road too.
        Assert.True(wrong[CheckRoad.FloatPlan]!.Agrees);
        results = TrajectoryCheck.Run(right with { Losses = right.Losses.SetItem(16, right.Losses[16] * 1.001) });
        Assert.False(results[16][CheckRoad.FloatPlan]!.Agrees);
    }

    [Fact]
    public void One_changed_weight_is_found_at_its_place()
    {
        Trajectory right = Trajectory.Read(Reference("sgd-nesterov.json"));
        right.Final[1].Weights[2, 5] += 1e-7;
        ComparedTensor wrong = Assert.Single(TrajectoryCheck.Run(right), result => result.Agrees == false);
        Assert.Equal("layers.1.weights", wrong.Id);
        Assert.Equal("[2,5]", wrong.Roads[0].Worst!.Place);
        Assert.Equal("unknown", wrong.Diagnosis!.Code);
    }

    [Fact]
    public void Weights_before_the_last_update_and_signs_are_recognized()
    {
        Trajectory right = Trajectory.Read(Reference("adam.json"));
        Course shorter = ReferenceTraining.Run(right, right.Optimizer, right.LearningRate, right.Losses.Length - 1);
        ImmutableArray<ComparedTensor> results = TrajectoryCheck.Run(right with { Final = shorter.Final });
        Assert.Equal(4, results.Count(result => result.Diagnosis?.Code == "stale-weights"));
        results = TrajectoryCheck.Run(right with { Final = right.Final.SetItem(0, right.Final[0] with { Weights = right.Final[0].Weights.Map(x => -x) }) });
        Assert.Equal("sign", Assert.Single(results, result => result.Agrees == false).Diagnosis!.Code);
    }

    [Fact]
    public void Sums_and_ascent_and_late_losses_are_recognized()
    {
        Trajectory right = Trajectory.Read(Reference("sgd.json"));
        Course sum = ReferenceTraining.Run(right, right.Optimizer, right.LearningRate, right.Losses.Length, Nabla.Networks.Reduction.Sum);
        Assert.All(TrajectoryCheck.Run(right with { Losses = sum.Losses, Final = sum.Final }), result => Assert.Equal("sum-for-mean", result.Diagnosis!.Code));
        Course up = ReferenceTraining.Run(right, new("up", terms => Optimizer.Sgd.Update(terms with { Gradient = -terms.Gradient })), right.LearningRate, right.Losses.Length);
        Assert.Contains(TrajectoryCheck.Run(right with { Losses = up.Losses, Final = up.Final }), result => result.Diagnosis?.Code == "sign");
        Course longer = ReferenceTraining.Run(right, right.Optimizer, right.LearningRate, right.Losses.Length + 1);
        Assert.Contains(
            TrajectoryCheck.Run(right with { Losses = longer.Losses[1..] }), result => result.Diagnosis?.Text.Contains("the one after its step's update", StringComparison.Ordinal) == true);
        Trajectory adam = Trajectory.Read(Reference("adam.json"));
        Course uncorrected = ReferenceTraining.Run(adam, adam.Optimizer, adam.LearningRate, adam.Losses.Length, stepNumber: 1e9);
        Assert.Contains(TrajectoryCheck.Run(adam with { Losses = uncorrected.Losses, Final = uncorrected.Final }), result => result.Diagnosis?.Code == "missing-factor");
    }

    /// <summary>The optimizer that the file states is changed, so that the numbers are those of another one: some steps disagree, all with one reason.</summary>
    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_changed_constant_of_the_optimizer_is_found(string file, string change, string codes)
    {
        JsonObject root = JsonNode.Parse(File.ReadAllText(Reference(file)))!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
        {
            root["optimizer"]![key] = value!.DeepClone();
        }

        ImmutableArray<ComparedTensor> results = TrajectoryCheck.Run(Of(root.ToJsonString()));
        Assert.Contains(results, result => result.Agrees == false);
        Assert.All(results, result => Assert.Equal(result.Agrees == true, result.Diagnosis is null));
        Assert.All(results.Where(result => result.Agrees == false), result => Assert.Contains(result.Diagnosis!.Code, codes.Split(' ')));
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public void What_is_malformed_or_unsupported_is_refused_with_its_place(string old, string changed, string sentence)
    {
        string text = ByHand.Replace(old, changed, StringComparison.Ordinal);
        Assert.NotEqual(ByHand, text);
        Assert.StartsWith($"t.json: {sentence}", Assert.Throws<InvalidDataException>(() => Of(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused_in_one_sentence()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(ByHand);
        for (int length = 0; length < bytes.Length; length++)
        {
            InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Trajectory.Parse(bytes.AsMemory(0, length), "t.json"));
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Theory]
    [InlineData("{\"a\": {\"optimizer\": 1}}", false)]
    [InlineData("{\"a\": 1, \"optimizer\": {}}", true)]
    [InlineData("[{\"optimizer\": {}}]", false)]
    [InlineData("{\"a\": 1, ", false)]
    [InlineData("", false)]
    public void What_it_is_follows_from_the_content(string text, bool expected) => Assert.Equal(expected, Trajectory.IsTrajectory(Encoding.UTF8.GetBytes(text)));

    private static Trajectory Of(string text) => Trajectory.Parse(Encoding.UTF8.GetBytes(text), "t.json");

    private static string Reference(string file) => SharedFolder.Require("reference", Path.Combine("trajectories", file));
}
